// What all pages of the site share: the language goes with the reader from page to page, and a list is looked up by words.
"use strict";
(() => {
  const root = document.documentElement, buttons = [...document.querySelectorAll("button[data-language]")];
  const code = () => (root.lang === "en" ? "en" : "zh");

  function relink() {
    for (const link of document.querySelectorAll("a[data-page]")) link.href = `${link.dataset.page}#${code()}`;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.language === code()));
  }

  if (document.body.classList.contains("site")) {
    for (const button of buttons) {
      button.hidden = false;
      button.addEventListener("click", () => { root.lang = button.dataset.language === "en" ? "en" : "zh-CN"; });
    }
  }
  new MutationObserver(relink).observe(root, { attributes: true, attributeFilter: ["lang"] });
  const wanted = { "#en": "en", "#zh": "zh" }[window.location.hash];
  if (wanted && wanted !== code()) buttons.find((button) => button.dataset.language === wanted)?.click();
  relink();

  for (const button of document.querySelectorAll("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  for (const look of document.querySelectorAll(".look")) {
    const input = look.querySelector("input"), found = look.querySelector(".found"), said = found.textContent;
    const rows = [...look.parentElement.querySelectorAll("tbody tr")];
    look.hidden = false;
    input.addEventListener("input", () => {
      const words = input.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.normalize("NFKC").toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      found.textContent = words.length ? found.dataset.some.replace("{n}", shown).replace("{of}", rows.length) : said;
    });
  }
})();
