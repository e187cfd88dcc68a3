// A challenge on the built binary and in a real browser: somebody finds a class, joins with one tap, checks in with a picture,
// sees the squad and the boards; staff look at what was written and open a class with a deposit, which somebody pays; a
// missed day is made up, and at the end every page of the challenge knows it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { launch, looksSound, openWindow, step } from './browser.mjs'
import { payInSandbox, signInBySMS } from './learner.mjs'
import { makeVideo, root, startServer, until } from './server.mjs'

let server, browser, klass, deposit, learner
const later = (days) => fetch(`${server.base}/sandbox/panel/do/clock`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ seconds: String(days * 86_400) }) })
before(async () => {
  server = await startServer('e2e-challenge')
  browser = await launch()
  klass = (await (await fetch(`${server.base}/api/challenges`)).json()).open[0]
  klass.task = (await (await fetch(`${server.base}/api/classes/${klass.id}`)).json()).tasks[0].title
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('a class is found, joined and checked in to', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await step(win, 'the class tells what it asks, before one signs in', async () => {
    await page.goto('/challenges')
    await page.getByText(klass.title).click()
    await page.getByRole('heading', { level: 1, name: klass.title }).waitFor()
    await page.getByText('第 21 天　改稿人').waitFor()
    await looksSound(win, 'class')
  })
  await step(win, 'who is not signed in is asked to, on every page of a class', async () => {
    for (const [at, words] of [['squad', '登录后看小组'], ['board', '登录后看排行榜'], ['check-in', '登录后打卡']]) {
      await page.goto(`/class/${klass.id}/${at}`)
      await page.getByText(words).waitFor()
      await page.getByRole('button', { name: '去登录' }).waitFor()
    }
    await looksSound(win, 'check-in-stranger')
    await page.goto(`/class/${klass.id}`)
  })
  await step(win, 'joining leads through the sign-in and into the squad', async () => {
    await page.getByRole('button', { name: '免费加入' }).click()
    await page.getByLabel('手机号').waitFor()
    await signInBySMS(win, server.base, '13900000391')
    await page.getByRole('button', { name: '免费加入' }).click()
    await page.getByRole('heading', { level: 1, name: /第 1 天/ }).waitFor()
    await page.getByText('8 人 · 今天 5 人已打卡').waitFor()
    await looksSound(win, 'challenge')
  })
  await step(win, 'a day is checked in to with words and a picture, once', async () => {
    await page.getByRole('link', { name: '打卡', exact: true }).click()
    await page.getByRole('button', { name: '打卡', exact: true }).click()
    await page.getByText('写几句话').waitFor()
    assert.equal(await page.getByRole('textbox').getAttribute('aria-invalid'), 'true')
    await looksSound(win, 'check-in-empty')
    await page.getByRole('textbox').fill('改前两百字，改后四十字，先说要什么。')
    const choosing = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: '图片' }).click()
    await (await choosing).setFiles(path.join(root, 'demo/picture/passes.png'))
    await page.getByText(/^照片\./).waitFor()
    await looksSound(win, 'check-in')
    await page.getByRole('button', { name: '打卡', exact: true }).click()
    await page.getByText('今天已打卡').first().waitFor()
    await page.getByText('8 人 · 今天 6 人已打卡').waitFor()
    await page.goto(`/class/${klass.id}/check-in`)
    await page.getByText('今天已经打过卡了').waitFor()
  })
  await step(win, 'the squad sees each other, and likes', async () => {
    await page.goto(`/class/${klass.id}/squad`)
    await page.getByText('改前两百字').waitFor()
    await page.getByText('待查看').first().waitFor()
    await until(() => page.getByRole('img', { name: '我打卡的图片' }).or(page.locator('.po-pic')).first().evaluate((img) => img.complete && img.naturalWidth > 0), 'the own picture to be shown')
    const like = page.getByRole('button', { name: '赞', exact: true }).first()
    await like.click()
    await page.getByRole('button', { name: '取消赞' }).first().waitFor()
    await looksSound(win, 'squad')
    await page.getByRole('button', { name: '点评' }).first().click()
    await page.getByRole('button', { name: '发点评' }).click()
    await page.getByText('点评写 2–200 个字').waitFor()
    assert.equal(await page.getByRole('textbox', { name: '点评' }).getAttribute('aria-invalid'), 'true')
    await looksSound(win, 'review-empty')
  })
  await step(win, 'the boards tell the own place', async () => {
    await page.goto(`/class/${klass.id}/board`)
    await page.getByText('（我）').waitFor()
    await page.getByText('8 人 · 应打 8 次，打了 6 次').waitFor()
    await page.getByText('75%').waitFor()
    await looksSound(win, 'board')
    await page.getByRole('button', { name: '整个挑战' }).click()
    await page.getByText('（我们）').waitFor()
  })
  learner = await win.context.storageState()
  for (const size of ['tablet', 'desktop']) {
    const other = await openWindow(browser, server.base, size, { storageState: await win.context.storageState() })
    await step(other, `on a ${size} it is as calm`, async () => {
      const { page } = other
      for (const [at, words, name] of [['/challenges', '我在走的', 'challenges'], [`/class/${klass.id}`, '进入挑战', 'class'], [`/class/${klass.id}/home`, '今天已打卡', 'challenge'], [`/class/${klass.id}/squad`, '改前两百字', 'squad'], [`/class/${klass.id}/board`, '（我）', 'board']]) {
        await page.goto(at)
        await page.getByText(words).first().waitFor()
        await looksSound(other, name)
      }
    })
    await other.context.close()
  }
})

test('staff look at what was written, and open a class', async () => {
  const win = await openWindow(browser, server.base, 'desktop')
  const { page } = win
  await step(win, 'words and picture wait to be looked at', async () => {
    await page.goto('/admin/login')
    await page.getByLabel('登录名').fill('operator')
    await page.getByLabel('密码', { exact: true }).fill(server.passwords.operator)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.waitForURL((u) => !u.pathname.includes('login'))
    await page.goto('/admin/moderation')
    const one = page.locator('.case', { hasText: '改前两百字' })
    await until(() => one.locator('img').evaluate((img) => img.complete && img.naturalWidth > 0), 'the picture to be shown')
    await looksSound(win, 'console-check-in')
    await one.getByRole('button', { name: '通过' }).click()
    await one.waitFor({ state: 'detached' })
  })
  await step(win, 'a template is written, and a class opened of it', async () => {
    await page.goto('/admin/challenge-templates/0')
    await page.getByLabel('名称', { exact: true }).first().fill('七天早起写作')
    await page.getByLabel('多少天').fill('28')
    await page.getByLabel('标题').fill('写两百字')
    await looksSound(win, 'console-challenge')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByRole('button', { name: '开班' }).click()
    await page.getByRole('button', { name: '随到随学' }).click()
    await page.getByLabel('带班老师').fill('沈牧之')
    await page.getByRole('button', { name: '押金', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: '开班', exact: true }).click()
    await page.getByText('押金 0.01–2000 元').waitFor()
    await page.getByLabel('押金', { exact: true }).last().fill('99')
    await page.getByLabel('打满多少天退还').fill('20')
    await looksSound(win, 'console-class-open')
    await page.getByRole('dialog').getByRole('button', { name: '开班', exact: true }).click()
    await page.getByText('还没有学员').waitFor()
    deposit = Number(page.url().match(/classes\/(\d+)/)[1])
    await page.goto('/admin/challenges')
    await page.getByText(klass.title).click()
    await page.getByText('晨光渡').first().waitFor()
    await looksSound(win, 'console-class')
    assert.match(page.url(), new RegExp(`/classes/${klass.id}$`))
  })
  await step(win, 'a clip introduces the class', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'zz-clip-'))
    try {
      await page.getByRole('button', { name: '修改', exact: true }).click()
      await page.getByLabel('选择视频').setInputFiles(makeVideo(dir, 2))
      await page.getByRole('button', { name: '换一个视频' }).waitFor()
      await page.getByText('第一课 录像.mp4').waitFor()
      await looksSound(win, 'console-class-clip')
      await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
      await until(async () => (await (await fetch(`${server.base}/api/classes/${klass.id}`)).json()).clip, 'the clip to be ready', 120_000)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})

test('whoever is sent the class sees what introduces it', async () => {
  for (const size of ['phone', 'desktop']) {
    const win = await openWindow(browser, server.base, size)
    await step(win, `on a ${size}, without signing in`, async () => {
      await win.page.goto(`/class/${klass.id}`)
      await win.page.getByRole('button', { name: '播放视频' }).click()
      await until(() => win.page.locator('video').evaluate((v) => v.currentTime > 0.5), 'the clip to play')
      await looksSound(win, `class-clip-${size}`)
    })
  }
})

test('a deposit is paid like any order, and stands with the class', async () => {
  const win = await openWindow(browser, server.base, 'phone')
  const { page } = win
  await step(win, 'the class says what the deposit asks, and leads to the checkout', async () => {
    await page.goto(`/class/${deposit}`)
    await page.getByText('押金 ¥99.00：打满 20 天').waitFor()
    await looksSound(win, 'class-deposit')
    await page.getByRole('button', { name: '付押金 ¥99.00 报名' }).click()
    await signInBySMS(win, server.base, '13900000392')
    await page.getByRole('button', { name: '付押金 ¥99.00 报名' }).click()
    await page.getByText('押金，打满 20 天退还').first().waitFor()
    await looksSound(win, 'checkout-deposit')
  })
  await step(win, 'what was paid stands in the class, on the order and at the school', async () => {
    await page.getByText('我知道这是押金').waitFor()
    await page.getByRole('checkbox', { name: '我已阅读并确认购买须知' }).click()
    await page.getByRole('button', { name: /^支付 ¥\s*99/ }).click()
    await payInSandbox(win, server.base)
    await page.getByText('支付成功').waitFor({ timeout: 30_000 })
    await looksSound(win, 'paid-deposit')
    await page.goto(`/class/${deposit}`)
    await page.getByText('押金 ¥99.00 在账').waitFor()
    await looksSound(win, 'class-paid')
    await page.getByRole('link', { name: '进入挑战' }).click()
    await page.getByText('押金 ¥99.00 在账').waitFor()
    await looksSound(win, 'challenge-deposit')
  })
})

test('missed days are made up, and the end is known everywhere', async () => {
  const win = await openWindow(browser, server.base, 'phone', { storageState: learner })
  const { page } = win
  await step(win, 'after the check-in of the day its page offers the missed ones', async () => {
    await later(3)
    await page.goto(`/class/${klass.id}/check-in`)
    await page.getByRole('textbox').fill('第四天，先说要什么。')
    await page.getByRole('button', { name: '打卡', exact: true }).click()
    await page.getByText('今天已打卡').first().waitFor()
    await page.goto(`/class/${klass.id}/check-in`)
    await page.getByText('今天已经打过卡了，明天再来。').waitFor()
    await page.getByRole('link', { name: '去看同伴的打卡' }).waitFor()
    await looksSound(win, 'check-in-done')
  })
  await step(win, 'a make-up says what that day asked, and leads back to the challenge', async () => {
    await page.getByRole('link', { name: /^补 \d+ 月/ }).first().click()
    await page.getByText('用 1 张补卡').waitFor()
    await page.getByRole('heading', { name: klass.task }).waitFor()
    await looksSound(win, 'make-up')
    await page.getByRole('textbox', { name: '写写那天做了什么' }).fill('补上第二天。')
    await page.getByRole('button', { name: '补卡', exact: true }).click()
    await page.getByText('还有 2 张补卡').waitFor()
    await page.waitForURL(/\/home$/)
  })
  await later(25)
  for (const size of ['phone', 'desktop']) {
    const end = size === 'phone' ? win : await openWindow(browser, server.base, size, { storageState: learner })
    await step(end, `on the day after the last one nothing is asked any more, on a ${size}`, async () => {
      const { page } = end
      await page.goto(`/class/${klass.id}/home`)
      await page.getByRole('heading', { level: 1, name: /28 天走完了，\s*一共打卡 3 天/ }).waitFor()
      assert.equal(await page.getByText('照常打卡').count(), 0)
      await looksSound(end, 'challenge-over')
      await page.goto(`/class/${klass.id}/check-in`)
      await page.getByText('28 天走完了，一共打卡 3 天').waitFor()
      await page.getByRole('link', { name: '看排行榜' }).waitFor()
      assert.equal(await page.getByRole('textbox').count(), 0)
      await looksSound(end, 'check-in-over')
      await page.goto(`/class/${klass.id}/squad`)
      await page.getByText('28 天走完了，一共打卡 3 天').waitFor()
      await page.getByText('改前两百字').waitFor()
      for (const gone of ['待打卡', '提醒 TA', '邀请码']) assert.equal(await page.getByText(gone).count(), 0, gone)
      await looksSound(end, 'squad-over')
    })
  }
})
