// / goes to the search field, j and k move through the rows, Enter opens one (the browser's own <summary>), a prints. All works without this.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, button")) return;
  if (event.key === "a" && document.querySelector(".rows")) {
    event.preventDefault();
    window.print();
    return;
  }
  const search = document.querySelector(".search input[type=search]");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
    return;
  }
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const rows = [...document.querySelectorAll(".rows summary")];
  if (rows.length === 0) return;
  event.preventDefault();
  const row = document.activeElement.closest(".row");
  const now = row ? rows.indexOf(row.querySelector("summary")) : -1;
  const next = now < 0 ? 0 : Math.min(Math.max(now + step, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
});

// Deadlines within three hours of now count the minutes; the deadline itself stands beside them without this.
const NEAR = 180;
function count() {
  for (const clock of document.querySelectorAll("time.clock")) {
    const minutes = Math.floor((Date.parse(clock.dateTime) - Date.now()) / 60000);
    const words = minutes >= 0 ? clock.dataset.left : clock.dataset.over;
    clock.textContent = Math.abs(minutes) <= NEAR ? words.replace("#", Math.abs(minutes)) : "";
  }
}
count();
setInterval(count, 15000);
