// What only a script can do: print, copy, drop a file. All else works without it.
"use strict";
document.documentElement.classList.add("scripted");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  if (button.dataset.do === "print") window.print();
  if (button.dataset.do === "copy") copy(document.getElementById(button.dataset.of), button);
});

async function copy(area, button) {
  try {
    await navigator.clipboard.writeText(area.value);
  } catch {
    area.select();
    document.execCommand("copy");
  }
  button.classList.add("done");
}

// A file that is let go anywhere over the page is read as if it had been chosen.
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    if (kind === "drop") read(event.dataTransfer.files);
  });
}

function read(files) {
  const field = document.getElementById("file");
  field.files = files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// Text that is being pasted is sent by its button, not with each change of the area.
document.addEventListener("change", (event) => {
  if (event.target.id === "paste" || event.target.id === "patient") event.stopPropagation();
}, true);

// A file that is asked for is no answer to swap in: the browser saves it.
document.addEventListener("submit", (event) => {
  if (event.submitter && event.submitter.hasAttribute("data-out")) event.stopImmediatePropagation();
}, true);

// The page that comes back says what is chosen. What the reader is typing in stays, what was opened stays open, and what was
// tapped stays where it was: a tap that comes before the eye has seen what moved is not taken.
const SETTLING = 450; // ms
let open = [], touched = null;

document.addEventListener("htmx:before:swap", () => {
  open = [...document.querySelectorAll("details[open]:not(.paste)")].map(keyOf);
  touched = remember(document.activeElement);
});

document.addEventListener("htmx:after:swap", () => {
  for (const details of document.querySelectorAll("details")) if (open.includes(keyOf(details))) details.open = true;
  for (const field of document.querySelectorAll("#page input, #page select, #page textarea")) settle(field);
  document.documentElement.lang = document.getElementById("page").getAttribute("lang"); // .lang is its select
  if (touched) restore(touched);
  const changed = document.querySelector(".ask.changed");
  if (changed) show(changed);
  holdTaps();
});

function keyOf(details) {
  const parent = details.closest("[id]");
  return `${parent ? parent.id : ""}/${details.querySelector("summary").textContent.trim()}`;
}

function settle(field) {
  if (field === document.activeElement && field.type === "text") return;
  if (field.type === "file") field.value = "";
  if (field.type === "radio" || field.type === "checkbox") field.checked = field.defaultChecked;
  else if (field.type === "text" || field.type === "textarea") field.value = field.defaultValue;
  else if (field.tagName === "SELECT") for (const option of field.options) option.selected = option.defaultSelected;
}

function remember(element) {
  const row = element && element.closest(".ask");
  return row && { id: element.id, value: element.value, row: row.id, top: row.getBoundingClientRect().top };
}

// A course that was just begun has got another name: its chip is found by its row and its drug.
function restore(before) {
  const row = document.getElementById(before.row);
  if (!row) return;
  const same = [...row.querySelectorAll("input")].filter((one) => one.value === before.value && one.checked).pop();
  const element = document.getElementById(before.id) || same;
  if (element && document.activeElement !== element) element.focus({ preventScroll: true });
  window.scrollBy(0, row.getBoundingClientRect().top - before.top);
}

function show(row) {
  row.scrollIntoView({ block: "center" });
  const first = row.querySelector("input:not([type=hidden])");
  if (first) first.focus({ preventScroll: true });
}

function holdTaps() {
  const form = document.getElementById("page");
  form.classList.add("settling");
  setTimeout(() => form.classList.remove("settling"), SETTLING);
}

// The picture is drawn when it is opened, and anew when the answer under it has changed.
document.addEventListener("toggle", (event) => {
  if (event.target.id === "pathway" && event.target.open) htmx.trigger("#pathway-drawn", "draw");
}, true);
