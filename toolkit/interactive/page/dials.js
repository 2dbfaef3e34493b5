// The dials: what else of the scheme can be turned.

class Dials {
  rules() {
    for (const dial of this.state.dials) {
      if (!this.dialRows[dial.path]) {
        const label = dial.label[this.language];
        const range = make("input", { type: "range", min: "0", max: String(dial.high), step: String(dial.step), "aria-label": label });
        const number = make("input", { type: "text", inputmode: "decimal", class: "number", "aria-label": label, autocomplete: "off" });
        let gesture = 0;
        for (const sign of ["pointerdown", "focus"]) range.addEventListener(sign, () => { gesture += 1; });
        range.addEventListener("input", () => this.questions.ask({ do: "turn", dial: dial.path, value: Number(range.value), gesture: `${this.view} ${dial.path} ${gesture}` }));
        const typed = () => this.typed(number, this.state.dials.find((other) => other.path === dial.path).value, { do: "turn", dial: dial.path });
        number.addEventListener("change", typed);
        this.dialRows[dial.path] = { range, number };
        this.dialBox.append(make("div", { class: "node dial" }, make("span", { class: "label", title: label }, label), range, number));
      }
      const { range, number } = this.dialRows[dial.path];
      if (document.activeElement !== range || !this.questions.waiting.length) range.value = String(dial.value);
      number.value = shown(dial.value);
      range.setAttribute("aria-valuetext", `${dial.label[this.language]} ${shown(dial.value)}`);
    }
    this.dialBox.previousSibling.hidden = !this.state.dials.length;
  }
}
