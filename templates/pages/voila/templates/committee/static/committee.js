// Takes the waiting notice away once the page is there, and says so if it never comes, or if its connection ends.
"use strict";
const PATIENCE = 60000; // milliseconds
const BEAT = 3000; // between two signs of a page that is still opening: without them it loses its place
const LOOK = 60000; // between two looks at a page that stands open

const arrived = () => document.querySelector(".notice-page .masthead");
const kernel = () => {
  const settings = document.getElementById("jupyter-config-data");
  const { baseUrl, kernelId } = settings ? JSON.parse(settings.textContent) : {};
  return kernelId && `${baseUrl}api/kernels/${kernelId}`;
};
const ask = async () => {
  const reply = await fetch(kernel(), { cache: "no-store" }).catch(() => null);
  const ended = document.getElementById("ended");
  if (ended && arrived()) ended.hidden = Boolean(reply && reply.ok);
};

const beat = window.setInterval(() => { if (kernel()) ask(); }, BEAT);
let looked = 0;
const look = () => {
  if (!arrived() || document.hidden || Date.now() - looked < BEAT) return;
  looked = Date.now();
  ask();
};

document.addEventListener("DOMContentLoaded", () => {
  const opening = document.getElementById("opening");
  const give_up = window.setTimeout(() => {
    window.clearInterval(beat);
    opening.querySelector(".waiting").hidden = true;
    opening.querySelector(".trouble").hidden = false;
  }, PATIENCE);
  const watch = new MutationObserver(() => {
    if (!arrived()) return;
    watch.disconnect();
    window.clearTimeout(give_up);
    window.clearInterval(beat);
    opening.remove();
    document.body.classList.add("open");
    window.setInterval(look, LOOK);
    for (const sign of ["visibilitychange", "input", "change", "click"]) document.addEventListener(sign, look);
    window.addEventListener("online", look);
  });
  watch.observe(document.body, { childList: true, subtree: true });
});
