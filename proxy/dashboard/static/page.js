// Everything here is a convenience: each page works without it.
"use strict";

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1500);
  });
}

for (const all of document.querySelectorAll("input.choose-all")) {
  all.hidden = false;
  const each = all.form.querySelectorAll("input[name=id]");
  all.addEventListener("change", () => { for (const one of each) one.checked = all.checked; });
}

for (const list of document.querySelectorAll("[data-marks]")) {
  const mark = (event, on) => {
    const found = event.target.closest("[data-mark]");
    if (!found) return;
    for (const word of found.dataset.mark.split(" ")) {
      for (const one of list.querySelectorAll(`[data-mark~="${CSS.escape(word)}"]`)) {
        one.classList.toggle("marked", on);
      }
    }
  };
  for (const name of ["mouseover", "focusin"]) list.addEventListener(name, (event) => mark(event, true));
  for (const name of ["mouseout", "focusout"]) list.addEventListener(name, (event) => mark(event, false));
}

for (const list of document.querySelectorAll("ol[data-live]")) {
  const said = document.getElementById("live-state");
  const source = new EventSource(list.dataset.live);
  source.addEventListener("open", () => { said.textContent = "Live: new events appear by themselves."; });
  source.addEventListener("error", () => { said.textContent = "Not connected; trying again."; });
  source.addEventListener("event", (event) => {
    const made = document.createElement("template");
    made.innerHTML = event.data; // made and escaped by Portside
    list.prepend(made.content);
    while (list.children.length > 100) list.lastElementChild.remove();
  });
}
