/**
 * Carries an invitation's code from the link's fragment into the page. It is read once and taken out of the address; it is
 * kept nowhere else, and handed on only when the person chooses to go on and can: an address that leads to the sign-in page
 * instead would show the code there, and lose it.
 */

const code = location.hash.slice(1);
if (code) history.replaceState(null, "", location.pathname);

for (const place of document.querySelectorAll("[data-invitation]")) {
  if (!code) continue;
  if (place instanceof HTMLInputElement) place.value = code;
  else place.textContent = code;
  place.closest("[data-invitation-shown]")?.removeAttribute("hidden");
}

const early = document.querySelector("[data-invitation-early]");
/** @type {NodeListOf<HTMLAnchorElement>} */
const onward = document.querySelectorAll("[data-invitation-on]");
for (const link of onward) {
  link.addEventListener("click", async (event) => {
    if (!code) return;
    event.preventDefault();
    const there = await fetch(link.href, { redirect: "manual" }).catch(() => null);
    if (there?.ok) location.assign(`${link.href}#${code}`);
    else early?.removeAttribute("hidden");
  });
}
