import { View } from '@tarojs/components'
import type { TapProps } from './tap-props'

/** Something to press. `aria-role` is WeChat's name of `role`. */
export function Tap({ className, label, isPressed, isDisabled, onTap, children }: TapProps) {
  const aria = { ariaRole: 'button', ariaLabel: label, ariaChecked: isPressed, ariaDisabled: isDisabled }
  return (
    <View {...aria} className={`tap ${isDisabled ? 'tap--off' : ''} ${className ?? ''}`} hoverClass={isDisabled ? 'none' : 'tap--down'}
      onClick={isDisabled ? undefined : onTap}>
      {children}
    </View>
  )
}
