// The weights: a slider, a number and a lock for every node of the tree; and what is tried made the edition's own.

class Weights {
  left() {
    this.sliders = {};
    const rows = this.start.nodes.map((node) => this.slider(node));
    const tools = make("div", { class: "tools" }, ...Object.values(this.buttons), ...this.origins());
    const tree = make("div", { class: "tree", role: "group", "aria-label": this.say("weights"), "aria-description": this.say("tree_keys") }, ...rows);
    roving(tree, ".node", ["ArrowUp", "ArrowDown"]);
    this.knobs = make("div", { class: "knobs", role: "tabpanel", "aria-label": this.say("weights") }, tree);
    this.panelBox = make("div", { class: "knobs panel", role: "tabpanel", hidden: true });
    this.hintLine = make("div", { class: "hints" }, make("p", { class: "hint" }, this.say("weights_help")), this.whoseWeights());
    this.changesBox = make("details", { class: "changes", hidden: true }, make("summary"), make("ul"));
    return make("section", { class: "left", "aria-label": this.say("board") }, this.tabStrip(), this.hintLine, tools, this.knobs, this.panelBox, this.changesBox, this.start.adoptable ? this.adoption() : null);
  }

  tabStrip() {
    // What can be turned, in three parts; how an indicator is marked opens in place of the weights.
    this.tabs = Object.fromEntries([["", "weights_tab"], [LINES, "lines_tab"], [WHOLE, "total_tab"]].map(([what, word]) =>
      [what, make("button", { type: "button", role: "tab", class: "tab", onclick: () => (what ? this.openPanel(what) : this.closePanel()) }, this.say(word))]));
    const strip = make("div", { class: "tabs", role: "tablist", "aria-label": this.say("tabs") }, ...Object.values(this.tabs));
    roving(strip, "button", ["ArrowLeft", "ArrowRight"]);
    return strip;
  }

  slider(node) {
    const name = this.say("share", { label: node.label });
    const range = make("input", { type: "range", min: "0", max: "100", step: "0.5", "aria-label": name });
    const number = numberBox({ "aria-label": name }, () => this.typed(number, { do: "move", node: node.id }));
    const lock = make("button", { type: "button", class: "lock", onclick: () => this.questions.ask({ do: "lock", node: node.id }) });
    const was = make("span", { class: "was" });
    let gesture = 0, last = 0;
    const begin = () => { gesture += 1; };
    for (const sign of ["pointerdown", "focus"]) range.addEventListener(sign, begin);
    range.addEventListener("input", () => {
      if (performance.now() - last > PAUSE && !range.matches(":active")) begin();
      last = performance.now();
      const [low, high] = this.state.ranges[node.id];
      const share = Math.min(high, Math.max(low, Number(range.value)));
      range.value = String(share);
      this.questions.ask({ do: "move", node: node.id, share, gesture: `${this.view} ${node.id} ${gesture}` });
    });
    const open = make("button", { type: "button", class: "open", title: this.say("settings_open", { label: node.label }), onclick: () => this.openPanel(node.id) }, `${node.number} ${node.label}`);
    this.sliders[node.id] = { range, number, lock, was, open, label: node.label };
    const label = make("span", { class: "label" }, open);
    return make("div", { class: `node depth${node.depth}` }, lock, label, range, number, was);
  }

  siblings(id) {
    const { number } = this.start.nodes.find((node) => node.id === id);
    const parent = (one) => one.slice(0, Math.max(0, one.lastIndexOf(".")));
    return this.start.nodes.filter((node) => node.id !== id && parent(node.number) === parent(number)).map((node) => node.id);
  }

  typed(box, question) {
    // What was typed is read by the kernel, full-width signs and all; a box that was emptied shows again what stands, and says so.
    const text = box.value.trim(), was = box.stands, emptied = text === "" && !question.optional;
    if (!emptied && text !== was) return this.questions.ask({ ...question, typed: text });
    box.value = was;
    if (emptied) this.notice(Object.fromEntries(Object.entries(this.start.words).map(([language, words]) => [language, fill(words.emptied, { was })])), false, false);
  }

  tree() {
    const decided = this.start.decided.shares;
    for (const [id, part] of Object.entries(this.sliders)) {
      const own = this.state.own_shares, share = (own || this.state.shares)[id], [low, high] = own ? [share, share] : this.state.ranges[id], locked = this.state.locked.includes(id);
      const moving = document.activeElement === part.range && this.questions.waiting.length > 0;
      if (!moving) part.range.value = String(share);
      part.range.disabled = low === high;
      const siblings = this.siblings(id), typable = !own && siblings.some((other) => !this.state.locked.includes(other));
      part.number.disabled = !typable; // a lock holds against the siblings and the slider; a number can be typed all the same
      part.number.show(shown(share));
      const moved = Math.abs(share - decided[id]) > 1e-6;
      const free = low < high || Boolean(own), why = free ? "" : this.say(locked && typable ? "still_locked" : siblings.length ? "still_siblings" : "still_alone");
      setText(part.was, moved ? this.say("was", { was: shown(decided[id]) }) : free || locked || !siblings.length ? "" : this.say("siblings_short"));
      part.was.title = why;
      for (const box of [part.range, part.number]) { box.title = why; box.setAttribute("aria-description", why); }
      part.range.setAttribute("aria-valuetext", this.say(moved ? "spoken_moved" : "spoken", { label: part.label, share: shown(share), was: shown(decided[id]) }));
      part.lock.setAttribute("aria-pressed", String(locked));
      part.lock.setAttribute("aria-label", this.say(locked ? "unlock" : "lock", { label: part.label }));
      part.lock.title = this.say(locked ? "unlock" : "lock", { label: part.label });
      part.lock.classList.toggle("locked", locked);
    }
    this.buttons.undo.disabled = !this.state.undo;
    this.buttons.redo.disabled = !this.state.redo;
    this.buttons.restore.disabled = !this.state.changed && !this.state.locked.length && !this.state.what_if;
    if (this.adoptButton) this.adoptButton.disabled = !this.state.changed;
  }

  adoption() {
    // What was typed stays where the page is built anew: in another language, or upon another decided scheme.
    const field = (name) => make("input", { type: "text", class: name, value: this[name]?.value ?? "", "aria-label": this.say(name), placeholder: this.say(`${name}_hint`), title: this.say(`${name}_hint`) });
    this.by = field("by");
    this.reason = field("reason");
    this.adoptHint = make("p", { hidden: true });
    this.adoptButton = make("button", { type: "button", class: "adopt", title: this.say("adopt_help"), onclick: () => this.questions.ask({ do: "adopt", seen: this.state.stand, by: this.by.value, reason: this.reason.value }) }, this.say("adopt"));
    return make("div", { class: "adoption" }, this.by, this.reason, this.adoptButton, this.adoptHint);
  }

  adopted() { this.reason.value = ""; }
}
