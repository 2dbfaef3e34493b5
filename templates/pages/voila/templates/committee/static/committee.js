// Takes the waiting notice away once the page is there, and says so if it never comes.
"use strict";
const PATIENCE = 60000; // milliseconds

document.addEventListener("DOMContentLoaded", () => {
  const opening = document.getElementById("opening");
  const arrived = () => document.querySelector(".notice-page .masthead");
  const give_up = window.setTimeout(() => {
    opening.querySelector(".waiting").hidden = true;
    opening.querySelector(".trouble").hidden = false;
  }, PATIENCE);
  const watch = new MutationObserver(() => {
    if (!arrived()) return;
    watch.disconnect();
    window.clearTimeout(give_up);
    opening.remove();
    document.body.classList.add("open");
  });
  watch.observe(document.body, { childList: true, subtree: true });
});
