// Paints the right theme before the first frame. A file of its own because the content policy forbids inline scripts.
(() => {
  let stored = {};
  try {
    stored = JSON.parse(localStorage.getItem('cactus.preferences') || '{}') || {};
  } catch {
    // Storage may be refused or damaged: the defaults are fine.
  }
  const root = document.documentElement;
  const isDark =
    stored.theme === 'dark' || (stored.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = isDark ? 'dark' : 'light';
  root.dataset.density = stored.density || 'comfortable';
  root.dataset.gain = stored.gainColours || 'green-red';
  // As web/preferences does: the choice, else the first language of the browser that we speak, else Spanish.
  const spoken = (navigator.languages || []).map((tag) => tag.slice(0, 2).toLowerCase());
  root.lang = stored.language || spoken.find((base) => base === 'es' || base === 'en') || 'es';
  if (stored.isPrivate) root.setAttribute('data-private', '');
})();
