// What the pages of the lab and of the table say while they open, where they cannot, and in place of Jupyter's own English.
// Voilà calls this while a page is being made, so that the connection stays open.
window.voila_heartbeat = () => {};

(() => {
  const WORDS = {
    zh: {
      seconds: "已 {n} 秒", skip: "跳到正文", hidden: "点开查看，{n} 段", hiddenOne: "点开查看，1 段", loading: "正在载入……", opening: "正在打开“{name}”并计算，请稍候……", again: "重新打开本页",
      lost: "这一部分没有连上计算程序。请重新打开本页；若仍如此，请按页面上方的“重新计算全部”（没有这个按钮时，请关闭程序后重新启动）。",
      long: "已等了较久：机器可能正忙，可以再等一会，也可以重新打开本页；若仍如此，请关闭程序后重新启动。",
    },
    en: {
      seconds: "{n} s", skip: "Skip to the text", hidden: "Show {n} parts", hiddenOne: "Show 1 part", loading: "Loading …", opening: "Opening “{name}” and computing it, one moment …", again: "Open this page again",
      lost: "This part could not be joined to what computes it. Open the page again; if it stays so, press “Recompute all” above (where there is no such button, end the program and start it again).",
      long: "This takes long: the machine may be busy. Wait a little longer, or open the page again; if it stays so, end the program and start it again.",
    },
  };
  const BEGAN = "committee-opening", LONGEST = 300_000, PATIENT = 3, LONG = 60; // how long what was pressed may take, from which second on they are counted, and from which on it is said what to do
  const ONCE = "committee-opened-again", ANEW = 120_000; // milliseconds in which a page opens itself again only once
  const notebook = /([^/]+)\.ipynb$/.exec(decodeURIComponent(window.location.pathname));
  const title = notebook ? `${notebook[1]} · ${document.title}` : document.title; // Lab would write its own name and cut that of the notebook
  const words = WORDS[document.documentElement.lang.startsWith("en") ? "en" : "zh"];
  const say = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

  const openAgain = () => {
    const last = Number(sessionStorage.getItem(ONCE) || 0);
    if (Date.now() - last < ANEW) return false;
    sessionStorage.setItem(ONCE, String(Date.now()));
    window.location.reload();
    return true;
  };
  const againButton = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.again;
    button.addEventListener("click", () => window.location.reload());
    return button;
  };
  const lost = (node) => {
    if (openAgain()) return;
    node.replaceChildren(words.lost, " ", againButton());
    node.setAttribute("role", "alert");
    node.dataset.lost = "true";
    document.getElementById("opening")?.remove();
  };

  // Jupyter writes these itself, in English, whatever the language of the page.
  const mended = () => {
    say(document.querySelector("#jp-skiplink a, .jp-skiplink a"), words.skip);
    for (const button of document.querySelectorAll(".jp-showHiddenCellsButton")) {
      const text = button.lastElementChild, count = /\d+/.exec(text?.textContent ?? "");
      if (count) say(text, count[0] === "1" ? words.hiddenOne : words.hidden.replace("{n}", count[0]));
    }
    for (const node of document.querySelectorAll(".lm-Panel, .jupyter-widgets")) {
      if (node.children.length) continue;
      if (node.textContent.startsWith("Error displaying widget")) lost(node);
      else if (node.textContent === "Loading widget...") say(node, words.loading);
    }
    if (document.title !== title) document.title = title;
    if (document.querySelector(".jp-Notebook .jp-Cell .jp-OutputArea-output, .jp-Notebook .jp-MarkdownOutput > *, .jp-Dialog")) document.querySelector("#opening:not([data-asked])")?.remove();
  };
  new MutationObserver(mended).observe(document, { childList: true, subtree: true, characterData: true });

  // Another notebook is another page: what is being waited for is said from the press on.
  document.addEventListener("click", (event) => {
    const way = event.target.closest?.('a[href^="/doc/tree/"]');
    if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return;
    document.getElementById("opening")?.remove();
    const line = document.createElement("p");
    line.id = "opening";
    line.dataset.asked = "true";
    line.setAttribute("role", "status");
    line.textContent = words.opening.replace("{name}", way.textContent);
    document.body.append(line);
    sessionStorage.setItem(BEGAN, String(Date.now()));
  });

  // While a page opens, seconds are counted beside the words, from the press on, so that it is seen to live; a reader is told the words alone.
  const count = () => {
    const line = document.getElementById("opening");
    if (!line) { sessionStorage.removeItem(BEGAN); return; }
    const asked = Number(sessionStorage.getItem(BEGAN)), now = Date.now();
    const seconds = Math.floor((now - (now - asked < LONGEST ? asked : performance.timeOrigin)) / 1000);
    let shown = line.querySelector(".seconds");
    if (!shown) {
      shown = document.createElement("span");
      shown.className = "seconds";
      shown.setAttribute("aria-hidden", "true");
      line.append(" ", shown);
    }
    if (seconds >= PATIENT) say(shown, words.seconds.replace("{n}", String(seconds)));
    if (seconds < LONG || line.querySelector(".long")) return;
    const long = document.createElement("span");
    long.className = "long";
    long.append(words.long, " ", againButton());
    line.append(long);
  };
  window.setInterval(count, 1000);
  window.addEventListener("pageshow", (event) => { if (event.persisted) document.getElementById("opening")?.remove(); }); // come back to by the browser's own button
})();
