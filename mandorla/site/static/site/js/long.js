/**
 * A form that is longer than one request may be would end on a page that cannot keep its words. So it is not sent: it says so,
 * in the words of <form data-long="…">, and everything stays in its fields. What is merely too long the server refuses.
 */

const REQUEST_MAX = 1_000_000;

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-long]")))
  form.addEventListener("submit", (event) => {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form))).toString();
    const [longest] = [...form.querySelectorAll("textarea")].sort(
      (one, other) => other.value.length - one.value.length,
    );
    if (body.length <= REQUEST_MAX || !longest) return;
    event.preventDefault();
    longest.setCustomValidity(form.dataset.long ?? "");
    longest.reportValidity();
    longest.addEventListener("input", () => longest.setCustomValidity(""), { once: true });
  });
