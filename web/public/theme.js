// Runs before the first paint, so that a chosen theme never flashes the other one. A file of its own: the
// content security policy allows no inline scripts.
(function () {
  try {
    var theme = localStorage.getItem("telltale.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage the system's preference applies.
  }
})();
