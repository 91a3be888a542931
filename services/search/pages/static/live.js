// Keeps the part of a page that is marked `data-live` fresh; without this, a reload does.
"use strict";
const part = document.querySelector("[data-live]");
const note = document.querySelector("[data-live-note]");
let failures = 0;
async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (!answer.ok || !fresh) throw new Error(`status ${answer.status}`);
      part.replaceChildren(...fresh.childNodes);
      failures = 0;
      note.textContent = "Refreshes by itself.";
    } catch (error) {
      failures += 1;
      note.textContent = `The gateway does not answer (${error.message}); what you see is old. Trying again.`;
    }
  }
  setTimeout(refresh, Math.min(60, 3 * 2 ** Math.min(failures, 5)) * 1000);
}
if (part && note) {
  note.textContent = "Refreshes by itself.";
  setTimeout(refresh, 3000);
}
