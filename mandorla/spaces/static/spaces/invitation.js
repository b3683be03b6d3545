/**
 * Carries an invitation's code from the link's fragment into the page. It is read once and taken out of the address; it is
 * kept nowhere else, and handed on only when the person chooses to go on.
 */

const code = decodeURIComponent(location.hash.slice(1));
if (code) history.replaceState(null, "", location.pathname);

for (const place of document.querySelectorAll("[data-invitation]")) {
  if (!code) continue;
  if (place instanceof HTMLInputElement) place.value = code;
  else place.textContent = code;
  place.closest("[data-invitation-shown]")?.removeAttribute("hidden");
}

/** @type {NodeListOf<HTMLAnchorElement>} */
const onward = document.querySelectorAll("[data-invitation-on]");
for (const link of onward) {
  link.addEventListener("click", () => {
    if (code) link.hash = code;
  });
}
