// Opens the one card that a code belongs to. The code stays on this page: what is asked for is a file whose name does not give it away.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const LOCK = JSON.parse($("lock").textContent), form = $("opening"), field = $("code");
  const bytes = (text) => new TextEncoder().encode(text);
  const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const say = (key) => document.dispatchEvent(new CustomEvent("said", { detail: key }));
  const possible = window.isSecureContext && window.location.protocol !== "file:" && window.crypto?.subtle && window.DecompressionStream;
  let turn = 0;

  // What is wrong with a code as it stands, before anything is asked for; "" for nothing.
  function fault(signs) {
    const places = Array.from(signs, (sign) => LOCK.signs.indexOf(sign));
    if (places.length !== LOCK.length || places.includes(-1)) return "noCode";
    const checked = places.slice(0, -1).reduce((sum, place, index) => sum + place * (index + 1), 0) % LOCK.signs.length;
    return checked === places.at(-1) ? "" : "slip";
  }

  async function keys(signs) {
    const typed = await crypto.subtle.importKey("raw", bytes(signs), "PBKDF2", false, ["deriveBits"]);
    const slow = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: fromHex(LOCK.salt), iterations: LOCK.rounds }, typed, 256);
    const mac = await crypto.subtle.importKey("raw", slow, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const [name, key] = await Promise.all(["name", "key"].map((use) => crypto.subtle.sign("HMAC", mac, bytes(use))));
    return [hex(name).slice(0, 32), await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"])];
  }

  async function opened(key, sealed) {
    const iv = sealed.slice(0, LOCK.nonce), additionalData = bytes(LOCK.root);
    const padded = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed.slice(LOCK.nonce));
    const start = LOCK.count, length = new DataView(padded).getUint32(0);
    return new Response(new Blob([padded.slice(start, start + length)]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  }

  async function found(signs) {
    const wrong = fault(signs);
    if (wrong) return [wrong, ""];
    const [name, key] = await keys(signs);
    const answer = await fetch(`${LOCK.folder}/${name}.bin`, { credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => null);
    if (answer?.status === 404) return ["noSuch", ""];
    if (!answer?.ok) return ["offline", ""];
    const text = await answer.arrayBuffer().then((sealed) => opened(key, sealed)).catch(() => "");
    return text ? ["", text] : ["damaged", ""];
  }

  async function open() {
    const mine = (turn += 1), signs = field.value.normalize("NFKC").replace(/[\s\u2010-\u2015-]/g, "").toUpperCase();
    say(signs ? "opening" : "noCode");
    const [wrong, text] = await found(signs);
    if (mine !== turn) return; // another code was given meanwhile
    $("pasted").value = text;
    if (wrong) say(wrong);
    else $("pasted").dispatchEvent(new Event("input"));
  }

  // A code in the address is taken out of it at once: neither the bar nor the list of pages visited is to show it.
  function taken() {
    const given = window.location.hash.slice(1);
    if (["", "zh", "en", "content"].includes(given)) return;
    window.history.replaceState(null, "", window.location.pathname);
    if (!possible) return;
    field.value = given;
    open();
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); open(); });
  window.addEventListener("hashchange", taken);
  taken();
  if (possible) return;
  for (const control of form.elements) control.disabled = true;
  say(window.isSecureContext && window.location.protocol !== "file:" ? "old" : "insecure");
})();
