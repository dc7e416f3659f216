// A session that ended begins anew at a press, and by itself a while later: a board on a wall has nobody to press.
"use strict";
const again = () => window.location.reload();
document.getElementById("again").addEventListener("click", again);
new MutationObserver(() => {
  if (document.body.classList.contains("-closed")) setTimeout(again, 15000);
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
