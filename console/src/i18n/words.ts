/** The field's words that come from the platform as codes: events, channels, namespaces, states. Unknown ones show as they are. */
import type { Language } from "./language";

const ZH: Record<string, string> = {
  "Products Searched": "搜索商品", "Product List Viewed": "浏览商品列表", "Product List Filtered": "筛选商品",
  "Promotion Viewed": "看到促销", "Promotion Clicked": "点击促销", "Product Clicked": "点击商品",
  "Product Viewed": "浏览商品", "Product Added": "加入购物车", "Product Removed": "移出购物车",
  "Cart Viewed": "查看购物车", "Checkout Started": "开始结算", "Checkout Step Viewed": "结算步骤",
  "Checkout Step Completed": "完成结算步骤", "Payment Info Entered": "填写支付信息", "Order Completed": "下单成功",
  "Order Updated": "订单更新", "Order Refunded": "订单退款", "Order Cancelled": "订单取消",
  "Coupon Entered": "输入优惠券", "Coupon Applied": "使用优惠券", "Coupon Denied": "优惠券被拒",
  "Coupon Removed": "移除优惠券", "Product Added to Wishlist": "加入心愿单",
  "Product Removed from Wishlist": "移出心愿单", "Wishlist Product Added to Cart": "心愿单加购",
  "Product Shared": "分享商品", "Cart Shared": "分享购物车", "Product Reviewed": "评价商品",
  "Page Viewed": "浏览页面", "Screen Viewed": "浏览界面", Identified: "登录识别", Aliased: "关联身份", Grouped: "归组",
  "Venue Entered": "进入场馆", "Venue Exited": "离开场馆", "Zone Entered": "进入区域", "Zone Exited": "离开区域",
  "Zone Dwelled": "停留", "Device Sighted": "发现设备", "Tag Scanned": "扫描商品码", "Fitting Requested": "请求试穿",
  "Coupon Printed": "打印优惠券", "Coupon Issued": "发放优惠券", "Coupon Redeemed": "核销优惠券",
  "Screen Seen": "看到屏幕", "Receipt Issued": "收银小票", "Receipt Returned": "退货", "Guide Contacted": "联系导购",
  "Message Sent": "发出消息", "Message Failed": "发送失败", "Message Seen": "消息已读",
  "Consent Changed": "授权变更", "Product Updated": "商品更新", "Store Updated": "门店更新",
  "Stock Counted": "盘点", "Stock Received": "收货", "Stock Adjusted": "库存调整", "Goods Observed": "读到商品",
  "Transfer Sent": "调拨发出", "Transfer Received": "调拨收货", "Transfer Cancelled": "调拨取消", "Price Updated": "价格更新",
  "Order Placed": "下单", "Order Reserved": "预留成功", "Order Picked": "拣货", "Order Shipped": "发货", "Order Ready": "可提货",
  "Order Collected": "自提", "Order Delivered": "送达", "Order Returned": "收回退货",
  "Reservation Requested": "请求预留", "Reservation Released": "释放预留", "Reservation Granted": "预留成功",
  "Reservation Refused": "预留被拒", "Reservation Expired": "预留到期", granted: "预留中", used: "已使用", released: "已释放",
  epcis: "EPCIS", console: "控制台",
  "Channel Followed": "关注公众号", "Channel Unfollowed": "取消关注", "Scene Scanned": "扫描场景码", "Menu Clicked": "点击菜单",
  "Message Received": "收到消息", "Message Reported": "送达回执", "Subscription Answered": "订阅授权", Mentioned: "被提及",
  "Location Reported": "上报位置", "Mini Program Entered": "进入小程序", "Authorisation Withdrawn": "撤回授权",
  "Coupon Locked": "锁定优惠券", "Coupon Unlocked": "解锁优惠券", "Receipt Voided": "小票作废", "Till Reported": "收银机报告",
  "Signed Out": "退出登录", "Link Made": "生成短链", "Link Retired": "停用短链", "Link Restored": "恢复短链", "Playlist Removed": "删除播放单", "Playlist Updated": "播放单更新", "Spot Played": "屏幕播放",
  "Campaign Updated": "活动更新", "Campaign Assigned": "活动分组", "Clock Ticked": "时钟",
  tag: "吊牌", online: "线上", offline: "线下", contact: "联系方式",
  pos: "收银", web: "网站", wifi: "WiFi", ble: "蓝牙", app: "App", wechat: "微信", weibo: "微博", sms: "短信",
  email: "邮件", kiosk: "自助机", screen: "屏幕", shelf: "货架", qr: "二维码", nfc: "NFC", webhook: "Webhook",
  enrichment: "数据补全", platform: "平台", http: "HTTP", wifi_portal: "WiFi 门户",
  user_id: "账号", anonymous_id: "匿名访客", member_card: "会员卡", phone: "手机号", wifi_mac: "WiFi 设备",
  random_mac: "随机 MAC", ble_id: "蓝牙设备", app_device: "App 设备", push_token: "推送令牌",
  wechat_openid: "微信 OpenID", wechat_unionid: "微信 UnionID", pos_customer: "收银顾客号",
  create: "新建", attach: "关联", merge: "合并", refuse: "拒绝", shared: "共用", block: "屏蔽", channels: "渠道变化",
  split: "拆分", undo: "撤销", join: "判为同一人", part: "判为两人", unmerge: "移出", share: "标为共用", unshare: "取消共用",
  stopped: "熔断", reset: "恢复", apart: "不合并", signed_out: "退出登录", payment_token: "支付令牌", receipt_code: "小票码", weibo_uid: "微博账号",
  ip: "IP 地址", birth_date: "出生日期", date_of_birth: "出生日期", full_name: "姓名", given_name: "名", surname: "姓",
  postcode: "邮编", street_number: "门牌号", region: "省份", state: "省份", national_id: "身份证号", household: "家庭",
  occupation: "职业", company: "公司", place_of_birth: "出生地", card: "卡号", other: "其他", name: "姓名", firstName: "名", lastName: "姓", birthday: "生日",
  address: "地址", title: "称谓", gender: "性别", city: "城市", marketing: "营销", analytics: "分析",
  open: "可用", issued: "已发放", redeemed: "已核销", expired: "已过期", locked: "已锁定", void: "已作废",
  sent: "已发送", failed: "失败", seen: "已读", queued: "待发送", sending: "发送中", suppressed: "已拦截", refused: "被拒绝",
  coupon: "优惠券", message: "消息", audience: "人群活动", loaded: "外部", scene: "场景活动", promotion: "促销", rfm: "消费力", preference: "偏好",
  habit: "习惯", now: "此刻", value: "价值", none: "无", percent: "折扣", amount: "立减", gift: "赠品",
};

const EN: Record<string, string> = {
  pos: "Till", web: "Web shop", wifi: "WiFi", ble: "Bluetooth", app: "App", wechat: "WeChat", weibo: "Weibo", sms: "SMS",
  email: "E-mail", qr: "QR code", nfc: "NFC", user_id: "Account", anonymous_id: "Web visitor", member_card: "Member card",
  open: "Usable", scene: "On a scene", audience: "To an audience",
  block: "Blocked", shared: "Shared device", channels: "Channels", now: "Right now", habit: "Habits", value: "Value",
  preference: "Preferences", refuse: "Refused", merge: "Merged", attach: "Linked", create: "Created",
  phone: "Phone", wifi_mac: "WiFi device", random_mac: "Random MAC", ble_id: "Bluetooth device", app_device: "App device",
  push_token: "Push token", wechat_openid: "WeChat OpenID", wechat_unionid: "WeChat UnionID",
  pos_customer: "Till customer no.", ip: "IP address", weibo_uid: "Weibo account", join: "Joined", part: "Told apart",
  unmerge: "Taken out", share: "Marked as shared", unshare: "No longer shared", stopped: "Stopped", reset: "Let go on", apart: "Kept apart",
  granted: "Kept", used: "Used", released: "Released", epcis: "EPCIS",
  undo: "Undone", date_of_birth: "Date of birth", national_id: "National ID", rfm: "Buying power", firstName: "First name", lastName: "Last name",
};

/** A sentence of the platform with the names of events in it in the reader's language. */
export function spoken(language: Language, text: string): string {
  return language === "zh-CN" ? text.replace(/[A-Z][a-z]+(?: [A-Za-z]+)*/g, (name) => ZH[name] ?? name) : text;
}

/** A code as words: known ones translated, others with spaces and a capital letter. */
export function word(language: Language, code: string): string {
  const known = language === "zh-CN" ? ZH[code] : EN[code];
  if (known) return known;
  const spaced = code.replaceAll("_", " ");
  return language === "zh-CN" ? spaced : spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
