// Before the first paint: the remembered theme and language, so that nothing flashes.
try {
  var theme = localStorage.getItem("datong.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  document.documentElement.lang = localStorage.getItem("datong.language") || navigator.language || "en";
} catch (_) {
  // A browser that forbids storage follows the system.
}
