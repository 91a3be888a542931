// Dragging over the timeline narrows the search to the time of the bars under it; a click on one bar is its own link.
"use strict";
const chart = document.querySelector(".timeline svg");
if (chart) {
  const [, , width, height] = chart.getAttribute("viewBox").split(" ").map(Number);
  const shade = document.createElementNS(chart.namespaceURI, "rect");
  const bars = [...chart.querySelectorAll("a")].map((link) => {
    const x = Number(link.querySelector("rect").getAttribute("x"));
    return { link, from: x, to: x + Number(link.querySelector("rect").getAttribute("width")) };
  });
  const least = width / 100; // a hand that shakes does not drag
  let start = null;
  let range = null;
  const place = (event) => {
    const box = chart.getBoundingClientRect();
    return Math.min(width, Math.max(0, ((event.clientX - box.left) / box.width) * width));
  };
  const drop = () => {
    start = range = null;
    shade.remove();
  };
  shade.classList.add("chosen");
  shade.setAttribute("height", height);
  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.isPrimary) start = place(event);
  });
  chart.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const now = place(event);
    if (!range && Math.abs(now - start) < least) return;
    if (!range) chart.setPointerCapture(event.pointerId); // only now, or a click would not reach its bar
    range = [Math.min(start, now), Math.max(start, now)];
    shade.setAttribute("x", range[0]);
    shade.setAttribute("width", range[1] - range[0]);
    chart.append(shade);
  });
  chart.addEventListener("pointerup", () => {
    const under = range ? bars.filter((bar) => bar.to > range[0] && bar.from < range[1]) : [];
    drop();
    if (!under.length) return;
    const address = new URL(under[0].link.href.baseVal, location.href);
    const last = new URL(under.at(-1).link.href.baseVal, location.href);
    address.searchParams.set("to", last.searchParams.get("to"));
    location.assign(address);
  });
  chart.addEventListener("pointercancel", drop);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") drop();
  });
}
