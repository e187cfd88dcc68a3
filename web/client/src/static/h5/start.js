// Runs before anything is drawn: puts the chosen looks on the document (app/prefs.ts keeps them), and where the server has
// written the first view, lets it be drawn before the client starts.
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

  var waiting = true
  function start() {
    var list = document.getElementById('zz-start')
    if (!waiting || !list) return
    waiting = false
    JSON.parse(list.textContent).forEach(function (src, n) {
      var tag = document.createElement(n ? 'link' : 'script') // the first one starts the client
      tag.crossOrigin = ''
      if (n) tag.rel = 'modulepreload'
      else tag.type = 'module'
      tag[n ? 'href' : 'src'] = src
      document.head.appendChild(tag)
    })
  }
  document.addEventListener('DOMContentLoaded', function () {
    requestAnimationFrame(function () { setTimeout(start) })
    setTimeout(start, 1000) // a tab in the background draws nothing
  })
})()
