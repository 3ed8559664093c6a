// What is typed into a record is kept on the server as one types. All works without this, by a button.
"use strict";

for (const form of document.querySelectorAll("form[data-draft]")) {
  const status = form.querySelector("[data-draft-status]");
  let waiting = 0;
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;

  const save = async () => {
    const fields = new URLSearchParams(new FormData(form));
    try {
      const response = await fetch(form.dataset.draft, {
        method: "POST",
        body: fields,
        headers: { accept: "application/json" },
      });
      const said = response.ok ? await response.json() : null;
      status.textContent = said ? `${form.dataset.saved} ${said.saved_at}` : form.dataset.away;
    } catch {
      status.textContent = form.dataset.away;
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 800);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}
