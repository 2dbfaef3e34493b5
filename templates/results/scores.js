// The evaluation computed again in the reader's browser, first part: from what was measured to values, scores and totals; `recompute.js` is the second.
//
// A second program for the same rule, in plain ECMAScript, written apart from the package: it shares no line with it. Doubles are added in the same
// order and rounded in the same way, so that totals are the same to the last bit. Whatever a scheme uses that is not known here is refused by name.
"use strict";
const scoring = (() => {
  // ------------------------------------------------------------------ what is known
  const ITEM = ["id", "label", "unit"];
  const STEP = ["decimals", "rounding"];
  const NODE = [...ITEM, ...STEP, "decimals_of", "weight", "group"];
  const GATHERED = ["aggregate", "when", "least_present", "not_applicable", "value"];
  const RANGED = ["shape", "to"], RELATIVE = [...RANGED, "better", "within", "among", "found"];
  const SHAPES = {
    linear: [...RANGED, "worst", "best", "clamp"], log: [...RANGED, "worst", "best", "clamp"], points: ["shape", "per", "cap", "base"],
    steps: ["shape", "steps", "below"], piecewise: ["shape", "points", "below", "beyond"], target: [...RANGED, "best", "worst"],
    logistic: [...RANGED, "middle", "steepness", "better"], power: ["shape", "coefficient", "zero", "exponent", "better"], category: ["shape", "points", "other"],
    min_max: RELATIVE, z_score: [...RELATIVE, "mean", "deviation", "sample"], share_of_best: RELATIVE, percentile: [...RELATIVE, "ties"],
    rank: [...RELATIVE, "ties"], borda: [...RELATIVE, "ties"], exponential_rank: [...RELATIVE, "rate"],
  };
  const TREATMENTS = { winsorise: ["treat", "tails", "skewness", "kurtosis", "most", "found"], log: ["treat", "offset", "found"], box_cox: ["treat", "lambda", "found"] };
  const SCHEME = ["scale", "decimals", "ties", "classes", "group", "indicator", "total", "adjustment", "sum", "condition", "eligibility", "veto", "award", "grades"];
  const REQUIREMENT = ["node", "condition", "least", "above", "most", "below", "among", "classes", "any_of", "at_least", "all_of", "none_of"];
  const QUOTA = ["share", "number", "within", "rounding", "least", "most", "in_all"];
  const AWARD = [...ITEM, "quota", "minimum", "require", "by", "beside", "reserve"];
  const GRADES = ["bands", "above", "require", "default", "valid_for", "rise_at_most", "applied_only"];
  const POLICIES = ["worst", "exclude", "class_median", "class_mean", "median", "mean", "unranked", "error"];
  const MIDDLES = ["median", "mean", "class_median", "class_mean"];
  const UNWEIGHTED = ["maximum", "median", "product", "quotient"];
  const POWERS = { arithmetic: 1, conditional: 1, sum: 1, geometric: 0, harmonic: -1, minimum: -Infinity };

  /** What a requirement is made of; nothing where it is asked of a node or a condition. */
  const partsOf = (item) => item.any_of ?? item.all_of ?? item.none_of ?? [];

  /** What of a scheme is not known here, each by its path: nothing is computed then. */
  function unknown(scheme) {
    const found = [];
    const keys = (entry, known, path) => { for (const key of Object.keys(entry)) if (!known.includes(key)) found.push(`${path}${key}`); };
    const gathered = (rule, path) => {
      if (rule.aggregate !== undefined && !UNWEIGHTED.includes(rule.aggregate) && Number.isNaN(power(rule.aggregate))) found.push(`${path}aggregate = ${rule.aggregate}`);
      if (rule.value && SHAPES[rule.value.shape] === undefined) found.push(`${path}value.shape = ${rule.value.shape}`);
      else if (rule.value && SHAPES[rule.value.shape].includes("found")) found.push(`${path}value.shape = ${rule.value.shape}`); // what it compares by hangs on the weights
      else if (rule.value) keys(rule.value, SHAPES[rule.value.shape], `${path}value.`);
      if (![undefined, null, 0, "rescale"].includes(rule.not_applicable)) found.push(`${path}not_applicable = ${rule.not_applicable}`);
    };
    const asked = (list, path) => (list ?? []).forEach((item) => { keys(item, REQUIREMENT, path); asked(partsOf(item), path); });
    keys(scheme, SCHEME, "");
    if ((scheme.ties ?? []).some((key) => typeof key !== "string")) found.push("ties");
    keys(scheme.total ?? {}, [...GATHERED, "floor", "cap"], "total.");
    gathered(scheme.total ?? {}, "total.");
    for (const group of scheme.group ?? []) { keys(group, [...NODE, ...GATHERED, "cap"], `group[${group.id}].`); gathered(group, `group[${group.id}].`); }
    for (const item of scheme.indicator ?? []) {
      const path = `indicator[${item.id}].`, shape = item.value;
      keys(item, [...NODE, "value", "missing", "missing_of", "stands_in", "outliers", "applies_to"], path);
      if (SHAPES[shape.shape] === undefined) found.push(`${path}value.shape = ${shape.shape}`);
      else keys(shape, SHAPES[shape.shape], `${path}value.`);
      if (SHAPES[shape.shape]?.includes("found") && shape.found === undefined) found.push(`${path}value.found`);
      if (typeof item.missing === "string" && !POLICIES.includes(item.missing)) found.push(`${path}missing = ${item.missing}`);
      if (MIDDLES.includes(item.missing) && item.stands_in === undefined) found.push(`${path}stands_in`);
      if (item.outliers && TREATMENTS[item.outliers.treat] === undefined) found.push(`${path}outliers.treat = ${item.outliers.treat}`);
      else if (item.outliers) keys(item.outliers, TREATMENTS[item.outliers.treat], `${path}outliers.`);
    }
    for (const item of scheme.adjustment ?? []) keys(item, [...ITEM, ...STEP, "per", "cap", "floor"], `adjustment[${item.id}].`);
    for (const item of scheme.sum ?? []) keys(item, [...ITEM, "of", "aggregate"], `sum[${item.id}].`);
    for (const item of scheme.condition ?? []) keys(item, ITEM, `condition[${item.id}].`);
    keys(scheme.eligibility ?? {}, ["require"], "eligibility.");
    asked(scheme.eligibility?.require, "eligibility.require.");
    for (const veto of scheme.veto ?? []) { keys(veto, [...ITEM, "effect"], `veto[${veto.id}].`); keys(veto.effect, ["award", "grade", "lower_by"], `veto[${veto.id}].effect.`); }
    for (const award of scheme.award ?? []) {
      keys(award, AWARD, `award[${award.id}].`);
      keys(award.quota ?? {}, QUOTA, `award[${award.id}].quota.`);
      asked(award.require, `award[${award.id}].require.`);
    }
    keys(scheme.grades ?? {}, GRADES, "grades.");
    if (typeof scheme.grades?.rise_at_most === "string") found.push("grades.rise_at_most");
    for (const [name, list] of Object.entries(scheme.grades?.require ?? {})) asked(list, `grades.require.${name}.`);
    return [...new Set(found)];
  }

  // ------------------------------------------------------------------ numbers
  const isNone = (x) => x === null || x === undefined || Number.isNaN(x);
  const clip = (x, low, high) => Math.min(Math.max(x, low), high); // NaN stays NaN
  const sum = (numbers) => numbers.reduce((whole, one) => whole + one, 0); // from left to right, each addition rounded

  /** The nearest double to the first 15 significant digits; of two equally near ones the even, as IEEE 754 has it. */
  function digits15(x) {
    if (!Number.isFinite(x) || (Number.isInteger(x) && Math.abs(x) < 1e15)) return x;
    let text = x.toPrecision(15);
    if (/50(e.*)?$/.test(x.toPrecision(17))) {
      const [whole] = x.toPrecision(100).replace("-", "").split("e"), figures = whole.replace(".", "").replace(/^0+/, "");
      if (/^50*$/.test(figures.slice(15)) && Number(figures[14]) % 2 === 0) { // a tie, and the even one lies towards zero
        const [mantissa, exponent] = x.toExponential(99).split("e");
        text = `${mantissa.slice(0, mantissa.indexOf(".") + 15)}e${exponent}`;
      }
    }
    return Number(text);
  }

  const tolerance = (decimals) => Math.min(1e-9, Number(`1e-${decimals + 3}`));

  /** Half up, away from zero, with what counts as half; see `toolkit.ground.ranking.rounded`. */
  function rounded(x, decimals) {
    const fine = Number(`1e${decimals}`), scaled = x * fine, whole = Math.floor(Math.abs(scaled) + (0.5 + tolerance(decimals) * fine));
    return (scaled < 0 ? -whole : whole) / fine + 0;
  }

  /** What further decimals are dropped of; see `toolkit.ground.ranking.rounded_down`. */
  function roundedDown(x, decimals) {
    const fine = Number(`1e${decimals}`), scaled = x * fine, whole = Math.floor(Math.abs(scaled) + tolerance(decimals) * fine);
    return (scaled < 0 ? -whole : whole) / fine + 0;
  }

  /** Points of a node or an adjustment as they count, where the scheme rounds them before they are added: `of` its score, or its points. */
  function stepped(item, x, of) {
    if (isNone(item.decimals) || (item.decimals_of ?? "points") !== of) return x;
    return (item.rounding === "down" ? roundedDown : rounded)(x, item.decimals);
  }

  /** The name of a raw state: 3 for 3.0. */
  const stateName = (state) => (typeof state === "number" && Number.isInteger(state) ? BigInt(state).toString() : String(state));

  /** How many of rising numbers are at most x. */
  function reached(numbers, x) {
    let low = 0, high = numbers.length;
    while (low < high) { const middle = (low + high) >> 1; if (numbers[middle] <= x) low = middle + 1; else high = middle; }
    return low;
  }

  // ------------------------------------------------------------------ values
  const ends = (shape, scale) => shape.to ?? [0, scale];

  function spread(shape, share, scale, clamped = true) {
    const [low, high] = ends(shape, scale);
    let value = (high - low) * share + low;
    if (share === 1 && low + (high - low) !== high) value = high;
    return clamped ? clip(value, low, high) : value;
  }

  function climb(raw, foot, top) {
    if (foot === top) return Number.isNaN(raw) ? NaN : raw >= digits15(top) ? 1 : 0;
    return clip((raw - foot) / (top - foot), 0, 1);
  }

  const higher = (shape) => (shape.better ?? "higher") === "higher";
  const rungs = (shape, entry, raw) => {
    const sign = higher(shape) ? 1 : -1, rung = reached(entry.map(([own]) => sign * digits15(own)), sign * raw);
    return rung ? entry[rung - 1][1] : ends(shape, 0)[0];
  };

  /** A value for each shape: (shape, raw value, scale, what was found) -> value. */
  const VALUE = {
    linear: (s, x, scale) => spread(s, (x - s.worst) / (s.best - s.worst), scale, s.clamp ?? true),
    log: (s, x, scale) => {
      const low = Math.log(s.worst), high = Math.log(s.best);
      return spread(s, ((x <= 0 ? -Infinity : Math.log(x)) - low) / (high - low), scale, s.clamp ?? true);
    },
    points: (s, x, scale) => clip((s.base ?? 0) + s.per * x, 0, s.cap === undefined ? scale : Math.min(s.cap, scale)),
    steps: (s, x) => { const step = reached(s.steps.map(([bound]) => digits15(bound)), x); return step ? s.steps[step - 1][1] : s.below ?? 0; },
    piecewise: (s, x) => {
      if (!isNone(s.below) && x < digits15(s.points[0][0])) return s.below;
      if (!isNone(s.beyond) && x > digits15(s.points.at(-1)[0])) return s.beyond;
      const piece = clip(reached(s.points.map(([knot]) => knot), x) - 1, 0, s.points.length - 2);
      const [knot, start] = s.points[piece], [next, end] = s.points[piece + 1], share = (x - knot) / (next - knot);
      return share === 1 ? end : clip(start + (end - start) * share, Math.min(start, end), Math.max(start, end));
    },
    target: (s, x, scale) => spread(s, Math.min(climb(x, s.worst[0], s.best[0]), climb(-x, -s.worst[1], -s.best[1])), scale),
    logistic: (s, x, scale) => spread(s, 1 / (1 + Math.exp(-s.steepness * (higher(s) ? x - s.middle : s.middle - x))), scale),
    power: (s, x, scale) => clip(s.coefficient * Math.max(higher(s) ? x - s.zero : s.zero - x, 0) ** s.exponent, 0, scale),
    min_max: (s, x, scale, found) => {
      const low = digits15(found.least), high = digits15(found.greatest);
      if (low !== high) return spread(s, (higher(s) ? x - low : high - x) / (high - low), scale);
      const share = (Math.sign(x - low) + 1) / 2;
      return spread(s, higher(s) ? share : 1 - share, scale);
    },
    z_score: (s, x, _, found) => {
      const mean = s.mean ?? 0;
      if (found.deviation === 0) return mean;
      return mean + (s.deviation ?? 1) * ((higher(s) ? x - found.mean : found.mean - x) / found.deviation);
    },
    share_of_best: (s, x, scale, { best }) => {
      if (!higher(s)) return spread(s, x <= best ? 1 : best / x, scale);
      return spread(s, best > 0 ? x / best : x > 0 ? 1 : 0, scale);
    },
    percentile: (s, x, _, found) => rungs(s, found, x), rank: (s, x, _, found) => rungs(s, found, x),
    borda: (s, x, _, found) => rungs(s, found, x), exponential_rank: (s, x, _, found) => rungs(s, found, x),
  };

  /** The lowest value a shape can give, for a missing one. */
  function lowest(shape, found) {
    if (shape.shape === "steps") return Math.min(shape.below ?? 0, ...shape.steps.map(([, value]) => value));
    if (shape.shape === "piecewise") return Math.min(...[...shape.points.map(([, value]) => value), shape.below, shape.beyond].filter((value) => !isNone(value)));
    if (shape.shape === "category") return Math.min(...Object.values(shape.points), ...(shape.other === undefined ? [] : [shape.other]));
    if (shape.shape === "z_score") return found ? found.lowest : shape.mean ?? 0;
    return shape.to ? shape.to[0] : 0;
  }

  function treated(outliers, raw) {
    const found = outliers?.found;
    if (!found || Number.isNaN(raw)) return raw;
    if (outliers.treat === "winsorise") return digits15(clip(raw, found.least, found.greatest));
    if (found.least === found.greatest) return digits15(raw);
    const held = clip(raw, found.least, found.greatest);
    if (outliers.treat === "log") return digits15(Math.log(held - found.least + (outliers.offset ?? 0.01) * (found.greatest - found.least)));
    const shifted = held - found.least + 1;
    return digits15(found.exponent === 0 ? Math.log(shifted) : Math.expm1(found.exponent * Math.log(shifted)) / found.exponent);
  }

  const division = (within, member) => (within === "class" ? member.class : "all");

  /** One indicator's value of one member: { value, missing }. A member to whom it does not apply has no value, and misses none. */
  function valued(item, member, raw, applies, scale) {
    const shape = item.value, found = shape.found?.[division(shape.within, member)];
    const policy = item.missing ?? "error", middle = () => item.stands_in[policy.startsWith("class_") ? member.class : "all"];
    const imputes = item.missing_of === "raw", gap = applies && isNone(raw);
    if (gap && imputes) raw = digits15(typeof policy === "number" ? policy : middle() ?? NaN);
    let value = NaN;
    if (applies && !isNone(raw)) {
      if (shape.shape === "category") value = shape.points[stateName(raw)] ?? shape.other ?? NaN;
      else if (shape.found === undefined || found !== undefined) value = VALUE[shape.shape](shape, treated(item.outliers, raw), scale, found);
    }
    value = stepped(item, value, "score");
    const missing = applies && Number.isNaN(value);
    if (missing && (imputes || policy === "worst")) value = lowest(shape, found);
    else if (missing && typeof policy === "number") value = policy;
    else if (missing && MIDDLES.includes(policy)) value = middle() ?? lowest(shape, found);
    if (missing) value = stepped(item, value, "score");
    return { value, unranked: missing && policy === "unranked" };
  }

  // ------------------------------------------------------------------ scores
  function power(aggregate = "arithmetic") {
    if (Object.hasOwn(POWERS, aggregate)) return POWERS[aggregate];
    return /^power\(-?\d+(\.\d+)?\)$/.test(aggregate) ? Number(aggregate.slice(6, -1)) : NaN;
  }

  const raised = (x, exponent) => (exponent === 2 ? x * x : exponent === 0.5 ? Math.sqrt(x) : exponent === -1 ? 1 / x : exponent === 1 ? x : x ** exponent);

  function bent(p, score) {
    if (p === 1) return score;
    if (score < 0) throw new Error("negative");
    if (score === 0) return 0; // log 1, and what a zero gives: see `zero`
    return p === 0 ? Math.log(score) : raised(score, p);
  }

  /** The weighted power mean of children [score, weight], of which those without a score or a weight do not count; over `all` weights where it is given. */
  function mean(p, full, children, all) {
    let top = 0, weight = 0, zero = false, least = Infinity;
    for (const [score, own] of children) {
      if (Number.isNaN(score) || !(own > 0)) continue;
      weight += own;
      if (p === -Infinity) { least = Math.min(least, score); continue; }
      top += own * bent(p, score);
      if (p <= 0 && score === 0) zero = true;
    }
    if (!(weight > 0)) return NaN;
    if (p === -Infinity) return least;
    if (zero) return 0;
    const average = top / (all ?? weight);
    const straight = p === 1 ? average : p === 0 ? Math.exp(average) : p < 0 && !(average > 0) ? NaN : p === -1 ? 1 / average : raised(average, 1 / p);
    return full === 1 ? straight : straight * full;
  }

  /** What is no mean, of children [score, weight]; see `toolkit.evaluation.aggregation`. */
  function unweighted(aggregate, scale, children) {
    if (aggregate === "quotient") {
      const [above, below] = [children[0]?.[0] ?? NaN, children[1]?.[0] ?? NaN];
      return below > 0 ? scale * (above / below) : NaN;
    }
    const counted = children.filter(([score, weight]) => weight > 0 && !Number.isNaN(score)).map(([score]) => score);
    if (aggregate === "product" && children.some(([score]) => score < 0)) throw new Error("negative");
    if (!counted.length) return NaN;
    if (aggregate === "maximum") return Math.max(...counted);
    if (aggregate === "product") return scale * counted.reduce((whole, score) => whole * (score / scale), 1);
    const order = counted.sort((a, b) => a - b);
    return (order[(order.length - 1) >> 1] + order[order.length >> 1]) / 2;
  }

  /** To nine decimals, the half to the even, as NumPy rounds: what lies beyond is noise. */
  function denoised(x) {
    const scaled = x * 1e9, down = Math.floor(scaled), over = scaled - down;
    return (over > 0.5 || (over === 0.5 && down % 2 !== 0) ? down + 1 : down) / 1e9;
  }

  /** The arithmetic mean whose parts are rounded one by one before they are added. */
  function partByPart(branch, parts) {
    const counts = ([score, weight]) => !Number.isNaN(score) && weight > 0, counted = sum(parts.map((part) => (counts(part) ? part[1] : 0)));
    if (!(counted > 0)) return NaN;
    const whole = branch.whole ? sum(parts.map(([, weight]) => weight)) : counted;
    return sum(parts.map(([score, weight], place) => stepped(branch.children[place], ((counts([score, weight]) ? score : 0) * weight / whole) * branch.full, "points")));
  }

  /** The tree: each group and the total with its children, children before parents. */
  function treeOf(scheme) {
    const nodes = [...(scheme.group ?? []), ...(scheme.indicator ?? [])], groups = new Map((scheme.group ?? []).map((group) => [group.id, group]));
    const branches = [];
    const climb_ = (id, rule) => {
      const children = nodes.filter((node) => (node.group ?? "total") === id);
      for (const child of children) if (groups.has(child.id)) climb_(child.id, child);
      branches.push({ id, rule, children, power: power(rule.aggregate), whole: rule.aggregate === "sum" && rule.not_applicable === 0, scale: scheme.scale, full: rule.aggregate === "sum" ? sum(children.map((child) => child.weight)) / scheme.scale : 1 });
    };
    climb_("total", scheme.total ?? {});
    return branches;
  }

  function gather(branch, scores, applies) {
    const { rule, children } = branch, own = children.map((child) => scores[child.id]), there = own.map((score) => !Number.isNaN(score));
    const pattern = (rule.when ?? []).find(({ observed }) => children.every((child, place) => observed.includes(child.id) === there[place]));
    const weights = children.map((child) => (pattern ? pattern.weights[child.id] ?? 0 : child.weight));
    const parts = own.map((one, place) => [one, weights[place]]), apart = branch.power === 1 && children.some((child) => !isNone(child.decimals) && child.decimals_of !== "score");
    const made = UNWEIGHTED.includes(rule.aggregate) ? unweighted(rule.aggregate, branch.scale, parts) : apart ? partByPart(branch, parts)
      : mean(branch.power, branch.full, parts, branch.whole ? sum(parts.map(([, weight]) => weight)) : undefined);
    const cut = branch.id === "total" || isNone(rule.cap) ? made : Math.min(made, rule.cap); // the total is held after adjustments
    const score = stepped(rule, rule.value && !Number.isNaN(cut) ? VALUE[rule.value.shape](rule.value, denoised(cut), branch.scale) : cut, "score");
    if (rule.least_present === undefined || rule.least_present === null) return score;
    const concerned = children.filter((child, place) => applies[child.id] || there[place]).length;
    return there.filter(Boolean).length / (rule.least_present > 1 ? 1 : Math.max(concerned, 1)) >= rule.least_present ? score : NaN;
  }

  function points(item, measured) {
    const given = stepped(item, digits15((item.per ?? 1) * (isNone(measured) ? 0 : measured)), "points");
    if (item.cap !== undefined && item.cap < 0 && item.floor === undefined) return Math.max(given, item.cap);
    return clip(given, item.floor ?? -Infinity, item.cap ?? Infinity);
  }

  /** Every node's score of an open member, unrounded but the total; and its values. */
  function scored(scheme, branches, member) {
    const scores = {}, applies = {}, values = [];
    let unranked = false;
    scheme.indicator.forEach((item, place) => {
      applies[item.id] = !(member.inapplicable ?? []).includes(place);
      const own = valued(item, member, member.raw[place] === null ? NaN : member.raw[place], applies[item.id], scheme.scale);
      scores[item.id] = own.value;
      values.push(own.value);
      unranked ||= own.unranked;
    });
    for (const branch of branches) {
      applies[branch.id] = branch.children.some((child) => applies[child.id]);
      scores[branch.id] = gather(branch, scores, applies);
    }
    let total = scores.total;
    (scheme.adjustment ?? []).forEach((item, place) => { scores[item.id] = points(item, member.measured[place]); total += scores[item.id]; });
    total = clip(total, scheme.total?.floor ?? -Infinity, scheme.total?.cap ?? Infinity);
    for (const item of scheme.sum ?? []) { // beside the total: everything once, whatever its weight
      const there = item.of.map((name) => scores[name]).filter((x) => !Number.isNaN(x));
      const made = { sum, maximum: (all) => Math.max(...all), minimum: (all) => Math.min(...all) }[item.aggregate ?? "sum"];
      scores[item.id] = there.length ? made(there) : NaN;
    }
    scores.total = unranked ? NaN : rounded(total, scheme.decimals);
    return { scores, values };
  }

  return { unknown, partsOf, scored, treeOf, rounded, digits15, isNone, sum, stateName };
})();
