/** Tells the server in which time zone this person is, so that appointments are in their own hours. Ends with the browser. */

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const secure = location.protocol === "https:" ? "; Secure" : "";
if (timeZone) document.cookie = `zone=${timeZone}; Path=/; SameSite=Strict${secure}`;
