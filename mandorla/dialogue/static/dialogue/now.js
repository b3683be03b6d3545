/** Offers only moments still to come: sets the earliest choice of every field of day and time to now. */

const soon = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
for (const field of document.querySelectorAll('input[type="datetime-local"]')) field.setAttribute("min", soon);
