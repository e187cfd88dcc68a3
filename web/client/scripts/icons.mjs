// Writes src/app/icons.css: each icon is a mask, so one technique serves browsers and the mini program.
import { writeFileSync } from 'node:fs'

const stroke = {
  search: '<circle cx="10.8" cy="10.8" r="6.3"/><path d="M15.5 15.5 20 20"/>',
  left: '<path d="M14.5 5.5 8 12l6.5 6.5"/>',
  right: '<path d="M9.5 5.5 16 12l-6.5 6.5"/>',
  down: '<path d="M5.5 9.5 12 16l6.5-6.5"/>',
  close: '<path d="M6 6l12 12M18 6 6 18"/>',
  home: '<path d="M4.5 10.8 12 4.5l7.5 6.3v8.7h-5V14h-5v5.5h-5z"/>',
  book: '<path d="M12 7c-2-1.6-4.6-2.1-7.5-1.7v12.9c2.9-.4 5.5.1 7.5 1.7 2-1.6 4.6-2.1 7.5-1.7V5.3C16.6 4.9 14 5.4 12 7zM12 7v12.7"/>',
  learn: '<path d="M4.5 19.500h15M7 16v-4.500M12 16V6M17 16v-7"/>',
  user: '<circle cx="12" cy="8.3" r="3.8"/><path d="M4.8 20c.7-3.7 3.5-5.6 7.2-5.600s6.5 1.9 7.2 5.6"/>',
  lock: '<rect x="5.5" y="10.5" width="13" height="9" rx="2"/><path d="M8.5 10.500V8a3.5 3.5 0 0 1 7 0v2.5"/>',
  check: '<path d="M5 12.6 9.7 17 19 7.3"/>',
  done: '<circle cx="12" cy="12" r="8.3"/><path d="M8.2 12.3 11 15l5-5.5"/>',
  video: '<rect x="3.5" y="6.5" width="12" height="11" rx="2"/><path d="M15.5 10.8 20.5 8v8l-5-2.8"/>',
  article: '<path d="M6.5 3.800h7.700l3.3 3.400v13H6.500zM14 4v3.500h3.500M9.3 11.500h5.400M9.3 14.500h5.400M9.3 17.300h3.2"/>',
  bell: '<path d="M12 4a5.500 5.500 0 0 0-5.500 5.500c0 5-2 6-2 7h15c0-1-2-2-2-7A5.500 5.500 0 0 0 12 4zM10 19.500a2.200 2.200 0 0 0 4 0"/>',
  audio: '<path d="M5 14.500v-2a7 7 0 0 1 14 0v2M5 14h3v5.500H6.500A1.500 1.500 0 0 1 5 18zM19 14h-3v5.500h1.500A1.500 1.500 0 0 0 19 18z"/>',
  live: '<path d="M12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 16.200a6 6 0 0 1 0-8.400M16 7.800a6 6 0 0 1 0 8.400M5.200 19a10 10 0 0 1 0-14M18.800 5a10 10 0 0 1 0 14"/>',
  quiz: '<path d="M5 4.500h14v15H5zM8.500 9.300l1.300 1.300 2.200-2.600M14 9.500h2.500M8.500 15l1.300 1.300 2.200-2.600M14 15.200h2.500"/>',
  info: '<circle cx="12" cy="12" r="8.3"/><path d="M12 11v5M12 8h.01"/>',
  shield: '<path d="M12 3.8 5.3 6.300v5.200c0 4.1 2.7 7 6.7 8.7 4-1.7 6.7-4.6 6.7-8.700V6.300zM9 12l2.2 2.200L15.3 10"/>',
  clock: '<circle cx="12" cy="12" r="8.3"/><path d="M12 7.300V12l3.2 2"/>',
  file: '<path d="M12 4v10.500M7.8 10.6 12 14.800l4.2-4.200M5 19.500h14"/>',
  phone: '<rect x="7" y="3.5" width="10" height="17" rx="2"/><path d="M11 17.700h2"/>',
  wallet: '<path d="M4 8h14.500A1.5 1.5 0 0 1 20 9.500v9H5.500A1.5 1.5 0 0 1 4 17zM4 8V7a1.8 1.8 0 0 1 1.8-1.800H17V8M16.2 13.300h.01"/>',
  key: '<circle cx="8.3" cy="15.5" r="3.8"/><path d="m11 12.7 8-8M16 7.800l2.6 2.600M13.6 10.200l1.8 1.8"/>',
  device: '<rect x="3.5" y="5" width="13" height="9.5" rx="1.5"/><path d="M7.5 18h5"/><rect x="15" y="9.5" width="5.5" height="10" rx="1.3"/>',
  order: '<path d="M6 3.800h12v16.400l-3-1.9-3 1.9-3-1.9-3 1.900zM9 8.500h6M9 12h6"/>',
  theme: '<path d="M19.5 14.300A7.8 7.8 0 0 1 9.7 4.500a7.8 7.8 0 1 0 9.8 9.800z"/>',
  type: '<path d="M4 18.5 8.5 6h1L14 18.500M5.6 14.300h6.800M15.5 18.500l2.7-7.500h.6l2.7 7.500M16.6 15.800h3.8"/>',
  out: '<path d="M13.5 4.500h-8v15h8M10 12h10M16.5 8.5 20 12l-3.5 3.5"/>',
  edit: '<path d="M4.5 19.5 5.6 15 15.8 4.800l3.4 3.400L9 18.400zM13.6 7l3.4 3.4"/>',
  full: '<path d="M4.5 9.300V4.500h4.800M14.7 4.500h4.800v4.800M19.5 14.700v4.800h-4.800M9.3 19.500H4.500v-4.8"/>',
  unfull: '<path d="M9.3 4.500v4.800H4.500M19.5 9.300h-4.800V4.500M14.7 19.500v-4.800h4.800M4.5 14.700h4.800v4.8"/>',
  retry: '<path d="M19 12a7 7 0 1 1-2.2-5.100L19 9M19 4.500V9h-4.5"/>',
  warn: '<path d="M12 4.5 3.8 19h16.400zM12 10v4.300M12 16.700h.01"/>',
  sound: '<path d="M4.5 9.500v5h3.200l4.3 4V5.500l-4.3 4zM15.3 9a4.3 4.3 0 0 1 0 6M17.8 6.500a7.8 7.8 0 0 1 0 11"/>',
  mute: '<path d="M4.5 9.500v5h3.200l4.3 4V5.500l-4.3 4zM16 9.800l4.4 4.400M20.4 9.8 16 14.2"/>',
  camera: '<path d="M4 8h3.500L9 5.500h6L16.5 8H20v11H4z"/><circle cx="12" cy="13.2" r="3.3"/>',
  gift: '<path d="M4.5 9.500h15v3.500h-15zM6 13v6.500h12V13M12 9.500v10M12 9.500C9.5 9.500 7.500 8.700 7.500 6.800c0-2.800 4-2.300 4.500 2.700.5-5 4.500-5.500 4.500-2.700 0 1.900-2 2.700-4.500 2.700z"/>',
  wechatpay: '<path d="M12 4.500c4.800 0 8.500 3 8.500 6.800s-3.700 6.900-8.500 6.900c-1 0-2-.1-2.900-.4L5.500 19.500l.7-3.200c-1.700-1.200-2.700-3-2.700-5 0-3.800 3.700-6.800 8.500-6.800zM8.300 11.400l2.500 2.300 5-4.400"/>',
  alipay: '<path d="M6.500 4h11A2.5 2.5 0 0 1 20 6.500v11a2.5 2.5 0 0 1-2.500 2.500h-11A2.5 2.5 0 0 1 4 17.500v-11A2.5 2.5 0 0 1 6.500 4zM8 8.300h8M12 6.300v4.500M8.300 10.800h7.200c-1 3-3.500 5.400-7 6.400M9.300 12.600c1.800 2.200 4 3.700 6.700 4.600"/>',
  ticket: '<path d="M4 6.500h16v3.700a1.900 1.9 0 0 0 0 3.700v3.600H4v-3.600a1.900 1.9 0 0 0 0-3.700zM14 7v2M14 11v2M14 15v2"/>',
  people: '<circle cx="9" cy="9" r="3.2"/><path d="M3.5 19c.6-3.200 2.600-4.700 5.500-4.700s4.900 1.500 5.500 4.700M15.500 6a3.200 3.2 0 0 1 0 6M17 14.600c2 .5 3.200 2 3.600 4.400"/>',
  crown: '<path d="M4.500 8.500 8 11.500l4-6 4 6 3.500-3L18 18H6z"/>',
  bundle: '<path d="M12 4 4.500 8 12 12l7.500-4zM4.500 12 12 16l7.500-4M4.500 16 12 20l7.500-4"/>',
  link: '<path d="M10 14a3.700 3.7 0 0 0 5.300 0l3-3A3.700 3.7 0 0 0 13 5.700l-1 1M14 10a3.700 3.7 0 0 0-5.300 0l-3 3A3.700 3.7 0 0 0 11 18.300l1-1"/>',
  minus: '<path d="M6 12h12"/>',
  plus: '<path d="M6 12h12M12 6v12"/>',
  gear: '<circle cx="12" cy="12" r="3"/><path d="M12 4v2.500M12 17.500V20M4 12h2.500M17.5 12H20M6.3 6.300l1.8 1.800M15.9 15.900l1.8 1.800M17.7 6.300l-1.8 1.800M8.1 15.900l-1.8 1.8"/>',
}
const solid = {
  play: '<path d="M8 5.300v13.400L19 12z"/>',
  pause: '<path d="M7 5.500h3.400v13H7zM13.6 5.500H17v13h-3.400z"/>',
  logo: '<path d="M4.8 17.300h14.400c-.8 2.5-2.4 3.7-4.5 3.700H9.300c-2.1 0-3.7-1.2-4.5-3.700z"/><path d="M12.7 2.800c3.2 1.8 5.3 6.2 5.7 12.700h-5.700z"/><path d="M11.3 6.200c-2.7 1.9-4.4 5.2-4.9 9.300h4.900z" fill-opacity=".55"/>',
}
const uri = (attrs, body) => 'url("data:image/svg+xml,' +
  `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' ${attrs}>${body.replace(/"/g, "'")}</svg>`
    .replace(/%/g, '%25').replace(/#/g, '%23').replace(/</g, '%3C').replace(/>/g, '%3E') + '")'
const rule = (name, url) => `.i-${name} { -webkit-mask-image: ${url}; mask-image: ${url}; }`
const lines = [
  '/* Written by scripts/icons.mjs; change the drawings there. */',
  '.i { display: inline-block; width: 20px; height: 20px; flex: none; background-color: currentColor; -webkit-mask-size: 100% 100%; mask-size: 100% 100%; -webkit-mask-repeat: no-repeat; mask-repeat: no-repeat; }',
  '.i.s14 { width: 14px; height: 14px; } .i.s16 { width: 16px; height: 16px; } .i.s24 { width: 24px; height: 24px; } .i.s28 { width: 28px; height: 28px; }',
  '@media (forced-colors: active) { .i { background-color: CanvasText; } }',
  ...Object.entries(stroke).map(([n, b]) => rule(n, uri("fill='none' stroke='black' stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'", b))),
  ...Object.entries(solid).map(([n, b]) => rule(n, uri("fill='black'", b))),
]
writeFileSync(new URL('../src/app/icons.css', import.meta.url), lines.join('\n') + '\n')
