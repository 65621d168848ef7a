"""The titles of reports and their columns, in English and Chinese."""

from __future__ import annotations

__all__ = ["title"]

_TITLES = {
    "sales": ("Sales", "销售"), "members": ("Members", "会员"), "campaigns": ("Campaigns", "营销活动"),
    "campaign": ("Campaign", "营销活动"), "visits": ("Visits", "到访"),
    "funnel": ("From the screen to the till", "从线上到收银台"), "overlap": ("Online and offline", "线上与线下"),
    "day": ("Day", "日期"), "date": ("Day", "日期"), "hour": ("Hour", "时段"), "store": ("Store", "门店"),
    "store_name": ("Store name", "门店名称"), "channel": ("Channel", "渠道"), "sku": ("SKU", "商品编码"),
    "sku_name": ("Product", "商品名称"), "category": ("Category", "品类"), "brand": ("Brand", "品牌"),
    "rank": ("Rank", "排名"), "quantity": ("Quantity", "件数"), "amount": ("Amount", "金额"),
    "receipts": ("Receipts", "单数"), "member": ("Member", "会员"),
    "figure": ("Figure", "指标"), "value": ("Value", "数值"), "share": ("Share", "占比"),
    "decile": ("Tenth", "十分位"), "recency": ("Days since last", "距上次天数"), "last": ("Last purchase", "最近购买"),
    "code": ("Campaign", "活动编码"), "name": ("Name", "名称"), "kind": ("Kind", "类型"), "sends": ("Sent", "发送"),
    "reached": ("Members reached", "触达会员"), "assigned_treated": ("Treated", "实验组"),
    "assigned_holdout": ("Held out", "对照组"), "redemptions": ("Redeemed", "核销"),
    "redeeming": ("Members redeeming", "核销会员"), "discount": ("Discount given", "优惠金额"),
    "place": ("Place", "场所"), "zone": ("Zone", "区域"),
    "known": ("Known", "已识别占比"), "dwell_median_ms": ("Dwell, median", "停留中位数"),
    "dwell_p90_ms": ("Dwell, 90 %", "停留九成位"), "devices": ("Devices", "设备数"), "step": ("Step", "步骤"),
    "seen": ("seen online", "线上浏览"), "visited": ("visited", "到店"), "tried": ("tried or scanned", "试穿或扫码"),
    "bought": ("bought", "购买"), "online": ("online only", "仅线上"), "offline": ("offline only", "仅线下"),
    "both": ("online and offline", "线上线下"), "none": ("on no channel yet", "尚无渠道"),
    "new": ("new buyers", "新客"), "returning": ("returning buyers", "回头客"),
    "attendance": ("Visits, calibrated", "客流（已校准）"), "flows": ("Flow lines", "动线"),
    "heard": ("Heard", "感知到访"), "heard_low": ("Heard, from", "感知下限"), "heard_high": ("Heard, to", "感知上限"),
    "visits_low": ("Visits, from", "到访下限"), "visits_high": ("Visits, to", "到访上限"),
    "counted": ("Door counter", "门口计数"), "passers": ("Walked past", "路过"),
    "silent": ("Sensor silent", "传感器静默"),
    "origin": ("From", "起点"), "origin_name": ("From zone", "起点区域"), "target": ("To", "终点"),
    "target_name": ("To zone", "终点区域"), "moves": ("Moves", "流转次数"), "stays": ("Stays", "停留次数"),
    "entries": ("Visits begun", "首站"), "exits": ("Visits ended", "末站"), "way": ("Way", "路线"),
    "floor": ("Floor", "楼层"),
    "known_share": ("receipts with a member", "会员单占比"), "treated_mean": ("Treated, mean", "实验组均值"),
    "holdout_mean": ("Held out, mean", "对照组均值"), "lift": ("Lift per member", "人均增量"),
    "low": ("from", "下限"), "high": ("to", "上限"), "incremental": ("Incremental", "总增量"),
    "stock": ("Stock cover", "库存覆盖"), "sell_through": ("Sell-through by season", "季节售罄率"),
    "stock_outs": ("Sold out", "断货"), "prices": ("Online and shop prices", "线上线下价差"),
    "reserved": ("Reserved", "预留"), "in_transit": ("On the way", "在途"), "sold": ("Sold", "已售"),
    "cover": ("Cover, days", "可售天数"), "season": ("Season", "季节"), "skus": ("SKUs", "商品数"),
    "since": ("Since", "自"), "list_online": ("List, online", "线上标价"), "list_shop": ("List, shop", "门店标价"),
    "paid_online": ("Paid, online", "线上实付"), "paid_shop": ("Paid, shop", "门店实付"),
    "difference": ("Difference", "价差"),
    "screens": ("Screens", "屏幕"), "screen": ("Screen", "屏幕"), "spot": ("Spot", "画面"),
    "plays": ("Plays", "播放次数"), "shown_ms": ("Shown for", "播放时长"), "looks": ("Looks", "可见次数"),
    "scans": ("Scans", "扫码次数"), "known_scans": ("By members", "会员扫码"), "link": ("Code", "短码"),
    "significant": ("Significant", "显著"), "method": ("Method", "方法"), "top": ("Best members", "高价值会员"),
}


def title(name: str, language: str) -> str:
    """Return the title of a report, a column or a row's name; the name itself where there is none."""
    english, chinese = _TITLES.get(name, (name, name))
    return chinese if language == "zh-CN" else english
