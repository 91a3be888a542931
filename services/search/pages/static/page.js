// Everything works without this; it adds the reader's time zone, and a search box that is at hand.
"use strict";
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  const long = time.textContent.trim().length > 10;
  const form = long ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium" };
  time.title = time.dateTime;
  time.textContent = new Intl.DateTimeFormat(undefined, form).format(at);
}
const sort = document.querySelector("select[name=sort]");
if (sort) sort.addEventListener("change", () => sort.form.requestSubmit());
document.addEventListener("keydown", (event) => {
  const box = document.querySelector("input[type=search]");
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});
