const window = { navigationBarTitleText: '舢板咖啡', backgroundTextStyle: 'dark' as const }

// Colours by theme are WeChat's; other hosts get the ones of the light theme.
const themed = {
  darkmode: true,
  themeLocation: 'theme.json',
  window: { ...window, navigationBarBackgroundColor: '@barColor', navigationBarTextStyle: '@barText' as 'black', backgroundColor: '@barColor' },
}
const plain = {
  window: { ...window, navigationBarBackgroundColor: '#eef3f1', navigationBarTextStyle: 'black' as const, backgroundColor: '#eef3f1' },
}

export default defineAppConfig({ pages: ['pages/index/index'], ...(process.env.TARO_ENV === 'weapp' ? themed : plain) })
