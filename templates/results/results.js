// The static page of results: the list, whether this browser comes to the same, and, where everybody is open, what other weights would give.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const DATA = JSON.parse($("data").textContent), WORDS = JSON.parse($("say").textContent);
  const { scheme, members, results } = DATA, SHOWN = 12;
  const top = [...(scheme.group ?? []), ...scheme.indicator].filter((node) => (node.group ?? null) === null);
  const label = Object.fromEntries([...(scheme.award ?? []), ...scheme.indicator].map((item) => [item.id, item.label ?? item.id])), english = new Map(Object.entries(DATA.english));
  // A class left out whole has no say in the others, unless classes compete together.
  const apart = scheme.classes && (scheme.award ?? []).every(({ quota }) => (quota?.within ?? "class") === "class" && (quota?.in_all ?? null) === null);
  const complete = !DATA.withheld.length && (apart || !DATA.classes.some((own) => own.left_out));
  const weights = {};
  let language = document.documentElement.dataset.language, now = null, opened = null;

  const say = (key, parts = {}) => WORDS[key][language].replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  /** A name of the scheme or the records, in English where the scheme says it. */
  const called = (name) => (language === "en" ? english.get(name) ?? name : name);
  const named = (awards) => awards.map((id) => called(label[id])).join(language === "zh" ? "、" : ", ");
  const points = (x) => (x === null || x === undefined ? "—" : x.toFixed(scheme.decimals));
  const rankOf = (row) => (!row.rank ? "—" : row.rank === row.rank_to ? `${row.rank}` : `${row.rank}–${row.rank_to}`);
  const none = (x) => (Number.isNaN(x) ? null : x);

  function element(tag, text, parent, css) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = String(text);
    if (css) made.className = css;
    parent?.append(made);
    return made;
  }

  function head(parent, headings) {
    const table = element("table", undefined, parent), row = element("tr", undefined, element("thead", undefined, table));
    for (const [text, css] of headings) element("th", text, row, css).scope = "col";
    return element("tbody", undefined, table);
  }

  // ------------------------------------------------------------------ computed again, and compared
  const done = (() => { try { return recompute.run(DATA); } catch (fault) { return { refused: [String(fault.message)] }; } })();

  function differing() {
    const found = [];
    members.forEach((member, place) => {
      const own = done.members[place], told = results[place];
      const pairs = [["total", points(none(own.total)), points(told.total), none(own.total) === told.total], ["rank", rankOf(own), rankOf(told), rankOf(own) === rankOf(told)],
        ["award", named(own.awards), named(told.awards), String(own.awards) === String(told.awards)], ["grade", own.grade, told.grade, own.grade === told.grade]];
      for (const [key, here, there, same] of pairs) if (!same) found.push(say("differs", { who: member.name, what: say(key), here: here || "—", there: there || "—" }));
    });
    for (const line of DATA.lines) {
      const own = done.lines.find((one) => one.award === line.award && one.class === line.class), who = [called(label[line.award]), called(line.class)].filter(Boolean).join(" ");
      const pairs = [["line", own?.line, line.line, line.line === null || own?.line === line.line], ["places", own?.places, line.places, !own || own.places === line.places],
        ["openWinners", own?.open ?? 0, line.winners - line.unnamed, (own?.open ?? 0) === line.winners - line.unnamed]];
      for (const [key, here, there, same] of pairs) if (!same) found.push(say("differs", { who, what: say(key), here: here ?? "—", there: there ?? "—" }));
    }
    if (!done.settled) found.push(say("unsettled"));
    return found;
  }

  function showVerdict() {
    const place = $("verdict"), differences = done.refused ? [] : differing(), told = DATA.lines.filter((line) => line.line !== null).length;
    place.replaceChildren();
    place.className = `verdict ${done.refused || !members.length ? "plain" : differences.length ? "bad" : "good"}`;
    if (!members.length) element("p", say("noneOpen"), place, "said");
    else if (done.refused) element("p", say("refused", { what: done.refused.join(language === "zh" ? "、" : ", ") }), place, "said");
    else if (differences.length) {
      element("p", say("bad", { n: differences.length }), place, "said");
      const list = element("ul", undefined, place);
      differences.slice(0, SHOWN).forEach((text) => element("li", text, list));
      if (differences.length > SHOWN) element("li", say("more", { n: differences.length - SHOWN }), list);
    } else element("p", say(told ? "good" : "goodNoLine", { n: members.length, lines: told }), place, "said");
    if (DATA.withheld.length) element("p", say("withheld", { n: DATA.withheld.length }), place, "note");
    const out = DATA.classes.filter((own) => own.left_out);
    if (out.length) element("p", say("leftOut", { classes: out.map((own) => called(own.class) || say("noClass")).join(language === "zh" ? "、" : ", ") }), place, "note");
  }

  function showLines() {
    const place = $("lines");
    place.replaceChildren();
    if (!DATA.lines.length) return;
    element("h2", say("lines"), place);
    const classes = DATA.lines.some((line) => line.class);
    const body = head(element("div", undefined, place, "wide"), [[say("award")], ...(classes ? [[say("class")]] : []), [say("applied"), "number"], [say("places"), "number"], [say("given"), "number"], [say("unnamed"), "number"], [say("line"), "number"]]);
    for (const line of DATA.lines) {
      const row = element("tr", undefined, body), own = DATA.classes.filter((one) => !line.class || one.class === line.class);
      element("td", called(label[line.award]), row);
      if (classes) element("td", called(line.class) || say("together"), row);
      element("td", own.reduce((n, one) => n + one.taking_part, 0), row, "number");
      element("td", line.places ?? say("noLimit"), row, "number");
      for (const cell of [line.winners, line.unnamed, points(line.line)]) element("td", cell, row, "number");
    }
    element("p", say("linesNote"), place, "note");
  }

  // ------------------------------------------------------------------ other weights, for a trial
  const moved = () => Object.keys(weights).length > 0;

  function showTrial() {
    const place = $("trial");
    place.replaceChildren();
    if (!members.length) return;
    element("h2", say("trial"), place);
    if (done.refused) { element("p", say("trialRefused"), place, "note"); return; }
    if (!complete) { element("p", say("trialClosed"), place, "note"); return; }
    const banner = element("div", undefined, place, "banner");
    banner.id = "banner";
    element("span", say("banner"), banner);
    const back = element("button", say("back"), banner);
    back.type = "button";
    back.addEventListener("click", () => { for (const id of Object.keys(weights)) delete weights[id]; showTrial(); recalculate(); });
    element("p", say("trialNote"), place, "note");
    const fields = element("div", undefined, place, "weights");
    for (const node of top) {
      const field = element("label", undefined, fields), value = weights[node.id] ?? node.weight;
      element("span", called(node.label ?? node.id), field);
      const [slider, box] = ["range", "number"].map((type) => {
        const input = element("input", undefined, field);
        Object.assign(input, { type, min: 0, max: Math.max(100, node.weight), step: "any", value });
        if (type === "range") input.setAttribute("aria-label", called(node.label ?? node.id));
        else input.dataset.node = node.id;
        return input;
      });
      const take = (from, other) => {
        const weight = Number(from.value);
        if (from.value === "" || !(weight >= 0) || !Number.isFinite(weight)) return;
        other.value = from === slider ? Math.round(weight) : weight;
        weights[node.id] = from === slider ? Math.round(weight) : weight;
        if (weights[node.id] === node.weight) delete weights[node.id];
        recalculate();
      };
      slider.addEventListener("input", () => take(slider, box));
      box.addEventListener("input", () => take(box, slider));
    }
    $("banner").hidden = !moved();
    $("banner").style.display = moved() ? "" : "none";
  }

  function recalculate() {
    now = null;
    if (moved()) {
      const whole = top.reduce((sum, node) => sum + (weights[node.id] ?? node.weight), 0);
      try { now = whole > 0 ? recompute.run(DATA, weights).members : null; } catch { now = null; }
    }
    $("banner").style.display = moved() ? "" : "none";
    showList();
  }

  // ------------------------------------------------------------------ the list
  function showDetails(place, body) {
    const row = element("tr", undefined, body, "opened"), cell = element("td", undefined, row), member = members[place], own = (now ?? done.members ?? [])[place];
    cell.colSpan = 9;
    const inside = head(cell, [[say("indicator")], [say("raw"), "number"], [say("value"), "number"]]);
    scheme.indicator.forEach((item, at) => {
      const line = element("tr", undefined, inside), gone = member.inapplicable.includes(at), raw = member.raw[at];
      element("td", called(item.label ?? item.id), line);
      element("td", gone ? say("inapplicable") : raw === null ? say("missing") : `${raw === "true" || raw === "false" ? say(raw) : called(raw)}${item.unit ? ` ${called(item.unit)}` : ""}`, line, "number");
      element("td", own ? points(none(own.values[at])) : "—", line, "number");
    });
    (scheme.adjustment ?? []).forEach((item) => {
      const line = element("tr", undefined, inside);
      element("td", called(item.label ?? item.id), line);
      element("td", "", line);
      element("td", own ? points(none(own.scores[item.id])) : "—", line, "number");
    });
    for (const id of member.vetoes) element("p", say("vetoed", { what: called((scheme.veto.find((veto) => veto.id === id) ?? { label: id }).label ?? id) }), cell, "note");
  }

  /** Why a member has no award, where that is no matter of its total: a veto that bars it, or that it did not take part. */
  function whyNot(place, own) {
    const member = members[place];
    if (own.awards.length || own.open?.length || !scheme.award?.length) return "";
    if (!member.applied) return say("notApplied");
    const bars = ({ effect }, id) => effect.award === "none" || (Array.isArray(effect.award) && effect.award.includes(id));
    const barring = (scheme.veto ?? []).filter((veto) => member.vetoes.includes(veto.id) && scheme.award.every(({ id }) => bars(veto, id)));
    if (barring.length) return say("struck", { what: barring.map((veto) => called(veto.label ?? veto.id)).join(language === "zh" ? "、" : ", ") });
    return own.rank || own.total === null || scheme.eligibility === undefined ? "" : say("notEligible");
  }

  /** Whether a member is of the class and the name that the reader asked for. */
  function asked(member, code = "") {
    const words = $("words").value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean), class_ = $("class").value;
    const text = `${member.name} ${code}`.normalize("NFKC").toLowerCase();
    return (class_ === "" || (member.class ?? "") === class_) && words.every((word) => text.includes(word));
  }

  function wanted() {
    const only = $("winners").checked;
    return members.map((_, place) => place).filter((place) => asked(members[place], members[place].code) && (!only || (now ?? results)[place].awards.length));
  }

  function showList() {
    const rows = wanted(), graded = scheme.grades !== undefined, shown = now ?? results;
    if (now) rows.sort((a, b) => (members[a].class < members[b].class ? -1 : members[a].class > members[b].class ? 1 : (now[a].rank || 1e9) - (now[b].rank || 1e9)));
    showNamed();
    if (members.length) $("shown").textContent = say(rows.length ? "shown" : DATA.named.some((own) => asked(own)) ? "onlyNamed" : "nobody", { n: rows.length, of: members.length });
    $("list").replaceChildren();
    if (!rows.length) return;
    const headings = [...(scheme.classes ? [[say("class")]] : []), [say("rank"), "number"], [say("name")], [say("total"), "number"], [say("award")], ...(graded ? [[say("grade")]] : []), ...(now ? [[say("before")]] : [])];
    const body = head($("list"), headings);
    for (const place of rows) {
      const own = shown[place], told = results[place], row = element("tr", undefined, body, own.awards.length ? "won" : "");
      if (scheme.classes) element("td", called(members[place].class), row);
      element("td", rankOf(own), row, "number");
      const button = element("button", members[place].name, element("td", undefined, row, "name"));
      button.type = "button";
      button.setAttribute("aria-expanded", String(opened === place));
      button.addEventListener("click", () => { opened = opened === place ? null : place; showList(); });
      element("td", points(none(own.total ?? NaN)), row, "number");
      const award = element("td", named([...own.awards, ...(own.open ?? [])]), row, now && String(own.awards) !== String(told.awards) ? "award moved" : "award");
      element("span", whyNot(place, own), award, "why");
      if (graded) element("td", called(own.grade), row, now && own.grade !== told.grade ? "moved" : "");
      if (now) element("td", say("was", { rank: rankOf(told), award: named(told.awards) || "—" }), row, own.rank !== told.rank || String(own.awards) !== String(told.awards) ? "moved" : "note");
      if (opened === place) showDetails(place, body);
    }
  }

  /** Members that agreed to be named with their award and not to more: they are on the notice, and not in the open rows. */
  function showNamed() {
    const place = $("named");
    place.replaceChildren();
    const found = DATA.named.filter((own) => asked(own));
    if (!found.length) return;
    element("h2", say("named"), place);
    element("p", say("namedNote"), place, "note");
    const body = head(element("div", undefined, place, "wide"), [...(scheme.classes ? [[say("class")]] : []), [say("name")], [say("award")]]);
    for (const own of found) {
      const row = element("tr", undefined, body);
      if (scheme.classes) element("td", called(own.class ?? ""), row);
      element("td", own.name, row);
      element("td", called(own.award), row);
    }
  }

  function show() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const place of document.querySelectorAll("[data-say]")) place.textContent = say(place.dataset.say);
    $("title").textContent = called(DATA.title);
    $("facts").textContent = [DATA.edition, DATA.revision, say("open", { n: members.length, of: DATA.classes.reduce((n, own) => n + own.members, 0) })].join(" · ");
    const chosen = $("class").value, classes = [...new Set(members.map((member) => member.class))];
    $("class").replaceChildren();
    element("option", say("every"), $("class")).value = "";
    for (const name of classes) element("option", called(name), $("class")).value = name;
    $("class").value = chosen;
    $("classes").style.display = scheme.classes && classes.length > 1 ? "" : "none";
    $("print").textContent = DATA.print ? say("print", { print: DATA.print }) : "";
    $("open").hidden = !members.length && !DATA.named.length;
    $("open").querySelector("h2").hidden = !members.length;
    showVerdict();
    showLines();
    showTrial();
    showList();
  }

  $("words").addEventListener("input", showList);
  for (const id of ["class", "winners"]) $(id).addEventListener("change", showList);
  for (const button of document.querySelectorAll("nav button")) button.addEventListener("click", () => { language = button.dataset.language; show(); });
  show();
})();
