/// <reference types="@tarojs/taro" />

/** Set at build time (`SAMPAN_GATEWAY=https://… npm run build:weapp`); empty where it was not. */
declare const SAMPAN_GATEWAY: string

declare module '*.scss'
