"use strict";

// The page is complete without this script: it adds copying, opening all, and opening what a link points to.

const status = document.getElementById("status");

function said(text) {
  status.textContent = text;
}

async function copy(button) {
  const code = button.closest(".command").querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    // Some browsers keep the clipboard from a page that was opened as a file.
    const selection = getSelection();
    selection.selectAllChildren(code);
    if (!document.execCommand("copy")) {
      said("Selected: copy it with the keyboard.");
      return;
    }
    selection.removeAllRanges();
  }
  button.textContent = "Copied";
  said("Copied.");
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

const clauses = [...document.querySelectorAll("details.clause")];

document.querySelector(".tools").hidden = false;
for (const [id, open] of [["open-all", true], ["close-all", false]]) {
  document.getElementById(id).addEventListener("click", () => {
    for (const clause of clauses) clause.open = open;
  });
}

for (const input of document.querySelectorAll("input[name=show]")) {
  input.addEventListener("change", () => {
    const shown = clauses.filter((clause) => clause.checkVisibility() && !clause.closest(".beside")).length;
    const { noun } = document.body.dataset;
    said(`${shown} ${noun}${shown === 1 ? "" : "s"} shown.`);
  });
}

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const clause = target && target.closest("details.clause");
  if (!clause) return;
  if (!clause.checkVisibility()) document.getElementById("show-all").checked = true;
  clause.open = true;
  clause.scrollIntoView();
  clause.querySelector("summary").focus({ preventScroll: true });
}

addEventListener("hashchange", reveal);
reveal();

// Following the same link twice changes no hash.
for (const link of document.querySelectorAll(".broken a, .unjudged a")) {
  link.addEventListener("click", () => setTimeout(reveal));
}

// On paper everything is open, also in browsers that do not read the print style for that.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const details of closed) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of closed) details.open = false;
});
