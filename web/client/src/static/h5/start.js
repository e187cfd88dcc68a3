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
  // A browser tells of its first paint; one that does not is about to, after its next frame.
  function afterPaint() {
    try {
      new PerformanceObserver(function (seen) {
        if (seen.getEntriesByName('first-contentful-paint').length) setTimeout(start)
      }).observe({ type: 'paint', buffered: true })
    } catch (e) {
      requestAnimationFrame(function () { setTimeout(start) })
    }
  }
  document.addEventListener('DOMContentLoaded', function () {
    afterPaint()
    setTimeout(start, 600) // a tab in the background draws nothing
  })
})()
