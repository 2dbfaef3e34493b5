// Checks one score card against the root that the notice prints. Nothing leaves this page, and it knows no other card.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const HEX = /^[0-9a-f]{64}$/;
  const EMBEDDED = /<script type="application\/json" id="card">([\s\S]*?)<\/script>/;
  const LARGEST = 2 ** 31;

  // SHA-256 (FIPS 180-4): a page opened from a file or over http may not use the browser's own.
  const PRIMES = [];
  for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((p) => n % p)) PRIMES.push(n);
  const fraction = (x) => ((x % 1) * 2 ** 32) | 0;
  const K = PRIMES.map((p) => fraction(Math.cbrt(p)));
  const START = PRIMES.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  function sha256(bytes) {
    const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
    view.setUint32(padded.length - 4, bytes.length << 3);
    const state = Int32Array.from(START), w = new Int32Array(64);
    for (let block = 0; block < padded.length; block += 64) {
      for (let t = 0; t < 64; t += 1) {
        if (t < 16) { w[t] = view.getInt32(block + 4 * t); continue; }
        const x = w[t - 15], y = w[t - 2];
        w[t] = w[t - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[t - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let t = 0; t < 64; t += 1) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] += x; });
    }
    return Array.from(state, (x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
  }

  const bytesOf = (hex) => hex.match(/../g).map((pair) => parseInt(pair, 16));
  const node = (left, right) => sha256(Uint8Array.from([1, ...bytesOf(left), ...bytesOf(right)]));

  function leaf(text) {
    const encoded = new TextEncoder().encode(text), bytes = new Uint8Array(encoded.length + 1);
    bytes.set(encoded, 1);
    return sha256(bytes);
  }

  // RFC 9162, 2.1.3.2: the root that card and branch lead to, or null.
  function rootOf(card) {
    let place = card.index, last = card.size - 1, own = leaf(card.card);
    for (const beside of card.path) {
      if (last === 0) return null;
      if (place % 2 || place === last) {
        own = node(beside, own);
        while (place % 2 === 0 && place) { place = Math.floor(place / 2); last = Math.floor(last / 2); }
      } else own = node(own, beside);
      place = Math.floor(place / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 ? own : null;
  }

  function readCard(text) {
    const embedded = EMBEDDED.exec(text);
    try {
      const card = JSON.parse(embedded ? embedded[1] : text);
      const placed = Number.isInteger(card.index) && Number.isInteger(card.size) && card.index >= 0 && card.index < card.size && card.size <= LARGEST;
      const whole = placed && typeof card.card === "string" && Array.isArray(card.path) && card.path.every((one) => typeof one === "string" && HEX.test(one));
      if (!whole) return null;
      const content = JSON.parse(card.card);
      return content && typeof content === "object" && !Array.isArray(content) ? { ...card, content } : null;
    } catch { return null; }
  }

  const WORDS = JSON.parse($("words").textContent);
  let language = document.documentElement.dataset.language, verdict = ["", ""], shown = null, chosen = "";
  const say = (key) => WORDS[key][language];

  const TURNS = /[\u202a-\u202e\u2066-\u2069]/g; // what follows such a mark would be shown backwards

  function element(tag, text, parent, css) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = String(text).replace(TURNS, "\ufffd");
    if (css) made.className = css;
    parent.append(made);
    return made;
  }

  function showTable(table, parent) {
    if (!table || !Array.isArray(table.rows) || !table.rows.length) return;
    element("h2", table.caption, parent);
    const frame = element("table", undefined, element("div", undefined, parent, "wide"));
    if (table.headings.length) {
      const head = element("tr", undefined, element("thead", undefined, frame));
      table.headings.forEach((heading, place) => { element("th", heading, head, table.right.includes(place) ? "number" : "").scope = "col"; });
    }
    const body = element("tbody", undefined, frame);
    for (const row of table.rows) {
      const line = element("tr", undefined, body);
      row.forEach((cell, place) => element("td", cell, line, table.right.includes(place) ? "number" : ""));
    }
    if (table.note) element("p", table.note, parent, "note");
  }

  function show() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const place of document.querySelectorAll("[data-say]")) place.textContent = say(place.dataset.say);
    const [key, css] = verdict;
    $("verdict").className = css;
    $("verdict").textContent = key ? say(key) : "";
    $("card").replaceChildren();
    if (!shown) return;
    const card = shown.content;
    element("p", say("place").replace("{n}", shown.index + 1).replace("{of}", shown.size), $("card"), "note");
    element("h1", card.name ?? card.member, $("card"));
    element("p", [card.title, card.edition, card.revision].filter(Boolean).join(" · "), $("card"));
    if (Array.isArray(card.tables)) for (const table of card.tables) showTable(table, $("card"));
  }

  function check() {
    const text = $("pasted").value.trim() || chosen, root = $("root").value.replace(/\s/g, "").toLowerCase();
    shown = null;
    if (!text) verdict = ["", ""];
    else if (!HEX.test(root)) verdict = ["noRoot", "bad"];
    else {
      const card = readCard(text);
      if (!card) verdict = ["noCard", "bad"];
      else if (rootOf(card) !== root) verdict = ["false", "bad"];
      else { verdict = ["true", "good"]; shown = card; }
    }
    show();
  }

  $("file").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    $("pasted").value = "";
    chosen = (file.size < 4e6 && await file.text()) || "-"; // an empty file is no card either
    check();
  });
  $("file").addEventListener("click", (event) => { event.target.value = ""; }); // the same file chosen again is read again
  for (const id of ["pasted", "root"]) $(id).addEventListener("input", check);
  document.addEventListener("said", (event) => { // of a code, before there is a card
    shown = null;
    verdict = [event.detail, event.detail === "opening" ? "" : "bad"];
    show();
  });
  for (const button of document.querySelectorAll("nav button")) {
    button.addEventListener("click", () => { language = button.dataset.language; show(); });
  }
  show();
})();
