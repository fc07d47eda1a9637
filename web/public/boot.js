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
  root.lang = stored.language === 'en' ? 'en' : 'es';
  if (stored.isPrivate) root.setAttribute('data-private', '');
})();
