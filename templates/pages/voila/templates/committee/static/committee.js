// Puts the page with filters in place of the still list once it is there, and says so if it never comes, or if its connection ends.
"use strict";
const PATIENCE = 60000; // milliseconds
const BEAT = 3000; // between two signs of a page that is still opening: without them it loses its place
const LOOK = 60000; // between two looks at a page that stands open

const arrived = () => document.querySelector("#rendered_cells .masthead");
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

const opening = document.getElementById("opening");
const spoken = () => opening.querySelector(`label[for="${opening.querySelector(".speak:checked").id}"]`).textContent;
const first = spoken();
const speak = (language) => {
  const button = [...document.querySelectorAll("#rendered_cells .notice-switch button")].find((one) => one.textContent.trim() === language);
  button?.click();
  return Boolean(button);
};
const waiting = (still) => {
  opening.querySelector(".waiting").hidden = !still;
  opening.querySelector(".trouble").hidden = still;
};
const give_up = () => {
  window.clearInterval(beat);
  waiting(false);
};
const patience = window.setTimeout(give_up, PATIENCE);
const watch = new MutationObserver(() => {
  if (!arrived()) return;
  watch.disconnect();
  window.clearTimeout(patience);
  window.clearInterval(beat);
  const language = spoken(), place = window.scrollY;
  opening.remove();
  document.body.classList.add("open");
  window.scrollTo(0, place);
  if (language !== first && !speak(language)) { // chosen while it was opening
    const late = new MutationObserver(() => { if (speak(language)) late.disconnect(); });
    late.observe(document.body, { childList: true, subtree: true });
  }
  window.setInterval(look, LOOK);
  for (const sign of ["visibilitychange", "input", "change", "click"]) document.addEventListener(sign, look);
  window.addEventListener("online", look);
});
waiting(true);
watch.observe(document.body, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => { if (!kernel()) give_up(); });
