// The evaluation computed again in the reader's browser, second part: ranks, awards and grades from the scores of the open rows; see `scores.js`.
"use strict";
const recompute = (() => {
  const { unknown, partsOf, scored, treeOf, rounded, digits15, isNone, sum, stateName } = scoring;

  // ------------------------------------------------------------------ who is asked what
  /** Whether a node does not apply to a class, so that nothing of it is asked. */
  function exempt(scheme, node, class_) {
    const item = scheme.indicator.find((one) => one.id === node);
    if (item) return (item.applies_to ?? []).length > 0 && !item.applies_to.includes(class_);
    if (!(scheme.group ?? []).some((group) => group.id === node)) return false;
    const children = [...(scheme.group ?? []), ...scheme.indicator].filter((child) => child.group === node);
    return children.length > 0 && children.every((child) => exempt(scheme, child.id, class_));
  }

  const bounded = (item) => ["least", "above", "most", "below"].some((key) => !isNone(item[key]));
  const holds = (item, x, exact) => !Number.isNaN(x)
    && (isNone(item.least) || x >= exact(item.least)) && (isNone(item.above) || x > exact(item.above))
    && (isNone(item.most) || x <= exact(item.most)) && (isNone(item.below) || x < exact(item.below));

  /** Whether a requirement is not asked of a member: of another class, of a node that does not apply, or made of nothing that is asked. */
  function spared(scheme, item, row) {
    const { class: own } = row.member, parts = partsOf(item);
    return ((item.classes ?? []).length > 0 && !item.classes.includes(own)) || (!isNone(item.node) && exempt(scheme, item.node, own))
      || (parts.length > 0 && parts.every((part) => spared(scheme, part, row)));
  }

  /** Whether what is asked holds of a member, were it asked: scores compared rounded, conditions as they were recorded. */
  function holdsOf(scheme, item, row, exact) {
    if (!isNone(item.node)) return holds(item, row.score(item.node), exact);
    const parts = partsOf(item);
    if (parts.length) {
      if (item.all_of) return parts.every((part) => spared(scheme, part, row) || holdsOf(scheme, part, row, exact));
      const count = parts.filter((part) => !spared(scheme, part, row) && holdsOf(scheme, part, row, exact)).length;
      return item.none_of ? count === 0 : count >= (item.at_least ?? 1);
    }
    const state = row.member.conditions[scheme.condition.findIndex((one) => one.id === item.condition)];
    if (isNone(state) || (bounded(item) && !holds(item, typeof state === "number" ? state : NaN, digits15))) return false;
    return !(item.among ?? []).length || item.among.map(stateName).includes(stateName(state));
  }

  /** Whether a member meets all requirements that are asked of it. */
  function meets(scheme, requirements, row, exact = (bound) => bound) {
    return (requirements ?? []).every((item) => spared(scheme, item, row) || holdsOf(scheme, item, row, exact));
  }

  // ------------------------------------------------------------------ ranks, quotas, awards
  const compare = (one, other) => { // whose keys are higher comes first; no score stands below every score
    for (let place = 0; place < one.length; place += 1) {
      const a = Number.isNaN(one[place]) ? -Infinity : one[place], b = Number.isNaN(other[place]) ? -Infinity : other[place];
      if (a !== b) return a > b ? -1 : 1;
    }
    return 0;
  };

  /** The places 1-2-2-4 of rows by their keys, as a map. */
  function placesOf(rows, keys) {
    const order = rows.map((row) => [row, keys(row)]).sort(([, one], [, other]) => compare(one, other)), places = new Map();
    order.forEach(([row, own], at) => places.set(row, at && !compare(order[at - 1][1], own) ? places.get(order[at - 1][0]) : at + 1));
    return places;
  }


  /** A share of so many, exactly as the scheme writes it: as a fraction [top, bottom] of whole numbers. */
  function part(share, count) {
    if (typeof share === "string") { const [top, bottom] = share.split("/").map(BigInt); return [top * BigInt(count), bottom]; }
    const [top, exponent] = decimal(share);
    const near = digits15(Number(`${top * BigInt(count)}e${exponent}`)), [whole, power_] = decimal(near);
    return power_ >= 0 ? [whole * 10n ** BigInt(power_), 1n] : [whole, 10n ** BigInt(-power_)];
  }

  /** A double by its shortest digits: [whole number, exponent of ten]. */
  function decimal(x) {
    const [mantissa, exponent] = x.toExponential().split("e"), [whole, rest = ""] = mantissa.split(".");
    return [BigInt(whole + rest), Number(exponent) - rest.length];
  }

  function placesIn(quota, applicants, class_) {
    if (!quota) return null;
    const table = [quota.share, quota.number].find((given) => given && typeof given === "object");
    if (table && !Object.hasOwn(table, class_)) return 0;
    const own = (given) => (given && typeof given === "object" ? given[class_] : given), share = own(quota.share);
    let count = own(quota.number) ?? 0;
    if (!isNone(share)) {
      const [top, bottom] = part(share, applicants), rounding = quota.rounding ?? "floor";
      count = Number(rounding === "half_up" ? (2n * top + bottom) / (2n * bottom) : rounding === "ceil" ? (top + bottom - 1n) / bottom : top / bottom);
    }
    count = Math.max(count, quota.least ?? 0);
    return isNone(quota.most) ? count : Math.min(count, quota.most);
  }

  const tieKeys = (scheme) => scheme.ties.filter((key) => key !== "joint" && key !== "committee");

  function poolsOf(rows, within) {
    const pools = new Map();
    for (const row of rows) {
      const name = within ? row.member.class : "";
      if (!pools.has(name)) pools.set(name, []);
      pools.get(name).push(row);
    }
    return pools;
  }

  function countFirsts(scheme, rows) {
    for (const pool of poolsOf(rows, scheme.classes).values()) {
      for (const item of scheme.indicator) {
        const best = Math.max(...pool.filter((row) => row.ranked).map((row) => row.score(item.id)).filter((x) => !Number.isNaN(x)), -Infinity);
        for (const row of pool) if (row.score(item.id) >= best) row.firsts += 1;
      }
    }
  }

  /** One award in one pool: who of the able is given it, and who stands level at its line. */
  function allot(pool, able, count, by, keys, joint) {
    const competing = pool.filter((row) => able.has(row)), given = new Set(), open = new Set();
    if (count === null || competing.length <= count) { competing.forEach((row) => given.add(row)); return { given, open }; }
    if (count === 0) return { given, open };
    const line = competing.map(by).sort((a, b) => b - a)[count - 1], level = competing.filter((row) => by(row) === line);
    competing.filter((row) => by(row) > line).forEach((row) => given.add(row));
    const left = count - given.size, places = placesOf(level, keys);
    for (const row of level) {
      const ahead = places.get(row) - 1, same = level.filter((other) => places.get(other) === places.get(row)).length;
      if (ahead + (joint ? 1 : same) <= left) given.add(row);
      else if (!joint && ahead < left) open.add(row);
    }
    return { given, open };
  }

  const same = (set, rows) => set.size === rows.length && rows.every((row) => set.has(row));

  /** The bound on the places of all classes together: who loses the place, and who stands level at that line. */
  function heldTogether(contests, bound, keys, joint) {
    const won = contests.flatMap((contest) => [...contest.given, ...contest.open]), beyond = new Set(), shared = new Set();
    if (won.length <= bound) return null;
    const places = placesOf(won, keys), taken = new Array(won.length + 1).fill(0);
    for (const contest of contests) {
      for (const row of contest.given) taken[places.get(row)] += 1;
      if (contest.open.size) taken[places.get([...contest.open][0])] += contest.places - contest.given.size;
    }
    let line = 0, before = 0;
    while (line < taken.length && before + taken[line] <= bound) { before += taken[line]; line += 1; }
    if (line === taken.length) return null;
    const left = bound - before;
    for (const row of won) {
      const place = places.get(row), keeps = place < line + (joint && left > 0 ? 1 : 0);
      if (!keeps) (place === line && left > 0 ? shared : beyond).add(row);
    }
    for (const contest of contests) for (const row of [...beyond, ...shared]) { contest.given.delete(row); contest.open.delete(row); }
    return { beyond, shared, left };
  }

  function decided(scheme, rows, rulings) {
    const ties = tieKeys(scheme), joint = scheme.ties.at(-1) === "joint", all = new Map();
    const key = (row, node) => (node === "first_places" ? row.firsts : row.score(node));
    for (const award of scheme.award ?? []) {
      const by = award.by ?? "total", within = (award.quota?.within ?? "class") === "class" && scheme.classes;
      const bars = [...Object.entries(award.minimum ?? {}).map(([node, least]) => ({ node, least })), ...(award.require ?? [])];
      const barring = (scheme.veto ?? []).filter(({ effect }) => effect.award === "none" || (Array.isArray(effect.award) && effect.award.includes(award.id))).map((veto) => veto.id);
      const excluded = (row) => [...all.values()].some((other) => !(award.beside ?? []).includes(other.award.id) && other.given.has(row));
      const able = new Set(rows.filter((row) => row.ranked && !excluded(row) && (row.standIn
        ? row.awards.includes(award.id)
        : !row.member.vetoes.some((veto) => barring.includes(veto)) && !Number.isNaN(row.score(by)) && meets(scheme, bars, row))));
      const contests = [...poolsOf(rows, within)].map(([class_, pool]) => {
        const places = placesIn(award.quota, pool.filter((row) => row.part).length, class_);
        return { class: class_, pool, places, ...allot(pool, able, places, (row) => key(row, by), (row) => ties.map((node) => key(row, node)), joint) };
      });
      const own = rulings.filter((ruling) => ruling.award === award.id).map((ruling) => ({ ...ruling, level: ruling.members.map((at) => rows[at]), chosen: ruling.given.map((at) => rows[at]) }));
      for (const ruling of own) for (const contest of contests) {
        if (ruling.class === contest.class && contest.places !== null && same(contest.open, ruling.level) && contest.places - contest.given.size === ruling.places) {
          ruling.chosen.forEach((row) => contest.given.add(row));
          contest.open.clear();
        }
      }
      const bound = award.quota?.in_all, keys = (row) => [by, ...ties].map((node) => key(row, node));
      const cut = isNone(bound) ? null : heldTogether(contests, bound, keys, joint);
      const beyond = cut?.beyond ?? new Set(), shared = cut?.shared ?? new Set();
      for (const ruling of cut ? own : []) {
        if (!ruling.class && cut.left === ruling.places && same(shared, ruling.level)) {
          for (const row of ruling.level) (ruling.chosen.includes(row) ? contests.find((contest) => contest.pool.includes(row)).given : beyond).add(row);
          shared.clear();
        }
      }
      const given = new Set(contests.flatMap((contest) => [...contest.given])), open = new Set(contests.flatMap((contest) => [...contest.open]));
      all.set(award.id, { award, by, able, given, open, beyond, shared, contests, keys });
    }
    for (const own of all.values()) own.reserve = reserves(own, all);
    return all;
  }

  /** Whose turn is next, by row: those not chosen of an open tie come first. */
  function reserves(own, all) {
    const turns = new Map(), { award } = own;
    const others = [...all.values()].filter((other) => !(award.beside ?? []).includes(other.award.id) && !(other.award.beside ?? []).includes(award.id));
    for (const contest of own.contests) {
      const waiting = contest.pool.filter((row) => own.able.has(row) && !contest.open.has(row) && !others.some((other) => other.given.has(row)));
      if (!award.reserve || contest.pool.some((row) => own.shared.has(row))) continue;
      const over = contest.open.size ? contest.open.size - (contest.places - contest.given.size) : 0;
      for (const [row, place] of placesOf(waiting, own.keys)) if (place + over <= award.reserve) turns.set(row, place + over);
    }
    return turns;
  }

  // ------------------------------------------------------------------ grades
  function graded(scheme, row) {
    const rules = scheme.grades, names = rules.bands.map(([name]) => name), total = row.score("total"), { member } = row, last = names.length;
    const place = (name) => { const at = names.indexOf(name); return at < 0 ? last : at; };
    if (rules.applied_only && !member.applied) return "";
    let grade = rules.bands.find(([name, bound]) => (rules.above?.includes(name) ? total > bound : total >= bound) && meets(scheme, rules.require?.[name], row, digits15))?.[0] ?? names.at(-1);
    if (Number.isNaN(total)) grade = rules.default ?? "";
    if (rules.default && !member.recorded) grade = rules.default;
    const direct = (scheme.veto ?? []).filter((veto) => veto.effect.grade !== undefined);
    const known = [...names, ...direct.map((veto) => veto.effect.grade)], before = known.includes(member.previous) ? member.previous : "";
    if (!isNone(rules.rise_at_most) && before && grade) {
      const count = Math.max(0, place(before) - rules.rise_at_most), best = count < last ? names[count] : before;
      if (place(grade) < place(best)) grade = best;
    }
    const fall = sum((scheme.veto ?? []).filter((veto) => member.vetoes.includes(veto.id)).map((veto) => veto.effect.lower_by ?? 0));
    if (fall && names.includes(grade)) grade = names[Math.min(place(grade) + fall, last - 1)];
    const order = ["", ...names], depth = (name) => { const at = order.indexOf(name); return at < 0 ? order.length : at; };
    for (const veto of direct) if (member.vetoes.includes(veto.id) && depth(grade) < depth(veto.effect.grade)) grade = veto.effect.grade;
    return grade;
  }

  // ------------------------------------------------------------------ those that are not open
  const TOP = Number.MAX_VALUE, BOTTOM = -Number.MAX_VALUE; // beyond every score, and still scores

  /**
   * Who stands in for those that are not open: { class, from, to, ranked, awards }.
   *
   * Each ranked one has an interval for its total. Of a class that is left out whole nothing is known: its members are ranked above all others, which
   * matters only where classes compete together. Others take part without a total, and count where a quota takes its share.
   */
  function strangersOf(scheme, data, rows) {
    const strangers = (data.withheld ?? []).map((own) => ({ ...own, from: own.from ?? BOTTOM, to: own.to ?? TOP, ranked: true, awards: [] }));
    for (const own of data.classes ?? []) {
      const known = rows.filter((row) => row.part && row.member.class === own.class).length + (data.withheld ?? []).filter((one) => one.class === own.class).length;
      for (let count = own.taking_part - known; count > 0; count -= 1) strangers.push({ class: own.class, from: TOP, to: TOP, ranked: own.left_out, awards: [] });
    }
    const order = strangers.filter((own) => own.ranked).sort((one, other) => (other.to - one.to) || (other.from - one.from)); // stable
    for (const award of scheme.award ?? []) {
      const free = order.filter((own) => own.awards.every((earlier) => (award.beside ?? []).includes(earlier))), together = award.quota?.within === "all";
      for (const line of data.lines.filter((own) => own.award === award.id)) {
        const competing = isNone(line.places) ? line.unnamed : Math.max(0, Math.min(line.unnamed, line.places - line.winners + line.unnamed));
        free.filter((own) => together || own.class === line.class).slice(0, competing).forEach((own) => own.awards.push(award.id));
      }
    }
    return strangers;
  }

  /** Rows of those who stand in, all as low as can be or all as high. Who competes for an award is ahead of whoever is level with it. */
  function standIns(scheme, strangers, high) {
    const by = (scheme.award ?? []).map((award) => award.by ?? "total").filter((node) => node !== "total");
    return strangers.map((own) => {
      const total = own.ranked ? (high ? own.to : own.from) : NaN, beside = high || own.awards.length ? TOP : BOTTOM;
      const score = (node) => (node === "total" ? total : by.includes(node) ? TOP : beside);
      return { standIn: true, member: { class: own.class }, awards: own.awards, score, part: true, ranked: own.ranked, firsts: 0 };
    });
  }

  // ------------------------------------------------------------------ all of it
  function rowsOf(scheme, members) {
    const branches = treeOf(scheme);
    return members.map((member) => {
      const known = scored(scheme, branches, member);
      const score = (node) => { const x = known.scores[node]; return x === undefined ? NaN : node === "total" ? x : rounded(x, scheme.decimals); };
      const row = { member, ...known, score };
      row.part = member.applied && meets(scheme, scheme.eligibility?.require, row);
      row.ranked = row.part && !Number.isNaN(known.scores.total);
      return row;
    });
  }

  /** Other weights for the topmost nodes, by id. */
  function withWeights(scheme, weights) {
    const moved = (node) => (isNone(node.group) && weights[node.id] !== undefined ? { ...node, weight: weights[node.id] } : node);
    return { ...scheme, group: (scheme.group ?? []).map(moved), indicator: scheme.indicator.map(moved) };
  }

  /** Ranks and awards of the open rows beside some who stand in: { places, shared, awards } by row. */
  function listed(scheme, open, strangers, rulings) {
    const rows = [...open.map((row) => ({ ...row, firsts: 0 })), ...strangers], ties = tieKeys(scheme), ranks = new Map(), tied = new Set();
    if (ties.includes("first_places")) countFirsts(scheme, rows);
    const key = (row) => ["total", ...ties].map((node) => (node === "first_places" ? row.firsts : row.score(node)));
    for (const pool of poolsOf(rows, scheme.classes).values()) {
      const places = placesOf(pool.filter((row) => row.ranked), key), seen = new Map();
      for (const place of places.values()) seen.set(place, (seen.get(place) ?? 0) + 1);
      for (const [row, place] of places) { ranks.set(row, place); if (seen.get(place) > 1) tied.add(row); }
    }
    const all = decided(scheme, rows, rulings);
    const members = rows.slice(0, open.length).map((row) => {
      const named = (which) => [...all.values()].filter((own) => own[which].has(row)).map((own) => own.award.id);
      const reserve = Object.fromEntries([...all.values()].filter((own) => own.reserve.has(row)).map((own) => [own.award.id, own.reserve.get(row)]));
      return { rank: ranks.get(row) ?? 0, tied: tied.has(row), awards: named("given"), open: named("open"), beyond: named("beyond"), shared: named("shared"), reserve };
    });
    const lines = [...all.values()].flatMap((own) => own.contests.map((contest) => {
      const won = [...contest.given].filter((row) => !row.standIn).map((row) => row.score(own.by));
      return { award: own.award.id, class: contest.class, places: contest.places, winners: contest.given.size, open: won.length, line: won.length ? Math.min(...won) : null };
    }));
    return { members, lines };
  }

  /**
   * What comes of the open data: { refused: [paths] } or { members, lines, settled }, members as they stand in the data.
   *
   * A member has values, scores (by node, unrounded; the total rounded), total, rank and rank_to (the best and the worst place that is possible, 0 for
   * none), tied, awards, open, beyond, shared, reserve, grade. `settled` says that no award hangs on the totals that are not open.
   */
  function run(data, weights = {}) {
    const refused = unknown(data.scheme);
    if (refused.length) return { refused };
    const scheme = withWeights(data.scheme, weights), rows = rowsOf(scheme, data.members), strangers = strangersOf(scheme, data, rows);
    const low = listed(scheme, rows, standIns(scheme, strangers, false), data.rulings ?? []);
    const high = strangers.length ? listed(scheme, rows, standIns(scheme, strangers, true), data.rulings ?? []) : low;
    const members = rows.map((row, place) => ({
      values: row.values, scores: row.scores, total: row.scores.total, ...low.members[place], rank_to: high.members[place].rank, grade: scheme.grades ? graded(scheme, row) : "",
    }));
    const settled = members.every((own, place) => String(own.awards) === String(high.members[place].awards));
    return { members, lines: low.lines, settled };
  }

  return { run, unknown, rounded, digits15 };
})();
