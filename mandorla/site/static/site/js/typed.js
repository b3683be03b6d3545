/**
 * A page that gives back what was typed and not saved: its browser asks before they are left, and forgets how it came by them,
 * so that nobody who goes back in this browser later sends or sees them again.
 */

history.replaceState(null, "", location.href);
addEventListener("beforeunload", (event) => event.preventDefault());
