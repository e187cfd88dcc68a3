// Puts the chosen looks on the document before anything is drawn; app/prefs.ts keeps them.
(function () {
  function kept(key) {
    try {
      return JSON.parse(localStorage.getItem(key) || '{}').data
    } catch (e) {
      return undefined
    }
  }
  var theme = kept('zz_theme')
  var dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('zz-dark', dark)
  document.documentElement.classList.toggle('zz-large', kept('zz_large') === '1')
})()
