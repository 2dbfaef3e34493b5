// What the files of this folder have in common with one another: they are joined in the order of `PARTS`, this one last.

for (const part of [Weights, Dials, List, Card, Variants, Sheet]) {
  const { constructor, ...methods } = Object.getOwnPropertyDescriptors(part.prototype);
  Object.defineProperties(Page.prototype, methods);
}

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    const page = new Page(model, root);
    const heard = (message, buffers) => page.heard(message, buffers);
    model.on("msg:custom", heard);
    return () => {
      for (const sign of ["pointerup", "pointercancel"]) window.removeEventListener(sign, page.released);
      window.removeEventListener(SPOKEN, page.turned);
      window.removeEventListener(RECORDED, page.recorded);
      window.removeEventListener("focus", page.looked);
      document.removeEventListener("visibilitychange", page.looked);
      for (const sign of ["beforeprint", "afterprint"]) window.removeEventListener(sign, page.printed);
      page.resized.disconnect();
      model.off("msg:custom", heard);
      root.remove();
    };
  },
};
