import type { GlobalThemeOverrides } from 'naive-ui'

/** Naive UI's theme, read from the design tokens so that they stay the one source of values. */
export function themeFromTokens(): GlobalThemeOverrides {
  const css = getComputedStyle(document.documentElement)
  const t = (name: string) => css.getPropertyValue(`--${name}`).trim()
  return {
    common: {
      primaryColor: t('brand'),
      primaryColorHover: t('brand-hover'),
      primaryColorPressed: t('brand-pressed'),
      primaryColorSuppl: t('brand'),
      errorColor: t('danger-ink'),
      errorColorHover: t('danger-ink'),
      warningColor: t('warning-ink'),
      successColor: t('success-ink'),
      infoColor: t('brand'),
      textColorBase: t('ink'),
      textColor1: t('ink'),
      textColor2: t('ink'),
      textColor3: t('ink-2'),
      placeholderColor: t('ink-2'),
      bodyColor: t('ground'),
      cardColor: t('surface'),
      modalColor: t('surface'),
      popoverColor: t('surface'),
      borderColor: t('line-input'),
      dividerColor: t('line-2'),
      inputColor: t('surface'),
      borderRadius: t('r'),
      borderRadiusSmall: t('r-s'),
      fontFamily: t('font'),
      fontSize: t('t14'),
      fontSizeMedium: t('t14'),
      boxShadow1: t('e1'),
      boxShadow2: t('e1'),
      boxShadow3: t('e2'),
      heightMedium: '36px',
    },
    Drawer: { bodyPadding: '0', borderRadius: '0', color: t('surface'), boxShadow: t('e2') },
    // The dark base draws inputs without a border.
    Input: {
      border: `1px solid ${t('line-input')}`,
      borderHover: `1px solid ${t('ink-2')}`,
      borderFocus: `1px solid ${t('brand')}`,
      boxShadowFocus: `0 0 0 3px ${t('brand-soft')}`,
      color: t('surface'),
      colorFocus: t('surface'),
    },
    Switch: { railColor: t('ink-3'), railColorActive: t('brand') },
  }
}
