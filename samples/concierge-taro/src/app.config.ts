export default defineAppConfig({
  pages: ['pages/index/index'],
  darkmode: true,
  themeLocation: 'theme.json',
  window: {
    navigationBarTitleText: '舢板咖啡',
    navigationBarBackgroundColor: '@barColor',
    navigationBarTextStyle: '@barText' as 'black',
    backgroundColor: '@barColor',
    backgroundTextStyle: 'dark',
  },
})
