// A session that ended begins anew at a press, and by itself a while later: a board on a wall has nobody to press.
"use strict";
const again = () => window.location.reload();
document.getElementById("again").addEventListener("click", again);
// Keys go to the board from its first picture on; nobody has to click on it before.
const take = () => document.querySelector(".xterm-helper-textarea")?.focus();
window.addEventListener("focus", take);
new MutationObserver(() => {
  if (document.body.classList.contains("-first-byte")) take();
  if (document.body.classList.contains("-closed")) setTimeout(again, 15000);
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
// The terminal sets a letter on its row's lower edge with the bottom of its em, and what goes below that (g, p, y) would be
// cut, while the upper part of the row is free: each is raised by what its font needs below.
const drawn = CanvasRenderingContext2D.prototype;
const fill = drawn.fillText;
const below = new Map();
drawn.fillText = function (text, x, y, ...rest) {
  if (!below.has(this.font)) below.set(this.font, Math.max(0, this.measureText("g").fontBoundingBoxDescent));
  fill.call(this, text, x, this.textBaseline === "alphabetic" ? y : y - below.get(this.font), ...rest);
};
// A row is measured once, when the terminal opens: not before the font is there that its height comes from.
const begin = window.onload;
window.onload = () => {
  const fonts = ["16px 'Roboto Mono'", "bold 16px 'Roboto Mono'"].map((font) => document.fonts.load(font, "W看"));
  Promise.allSettled(fonts).then(() => begin());
};
