/** 简体中文：现场勘测。 */
import type { survey as english } from "../en/survey";

export const survey: Record<keyof typeof english, string> = {
  "survey.title": "定位精度",
  "survey.hint": "按现场勘测，用未参与建模的路线测得",
  "survey.import": "导入勘测（CSV）",
  "survey.template": "CSV 模板",
  "survey.sending": "正在上传，{share}",
  "survey.reckoning": "已上传，正在建模并测量……",
  "survey.taken": "勘测已导入，设备从现在起按它定位",
  "survey.floor": "楼层",
  "survey.all": "全部楼层",
  "survey.median_m": "中位数",
  "survey.mean_m": "平均",
  "survey.interval": "平均的 95% 区间，米",
  "survey.p75_m": "四分之三在",
  "survey.hit": "楼层正确",
  "survey.scans": "采样",
  "survey.walks": "路线",
  "survey.metres": "{value} 米",
  "survey.from": "{scans} 次采样，{sensors} 个传感器，{time}，{actor}",
  "survey.remarks": "不足之处",
  "survey.none": "还没有勘测：设备算在听得最清的传感器所在区域",
  "survey.none.hint": "有了勘测可定位到几米。每层约一小时：",
  "survey.step.sensors": "在绘图页按上报编码放好每个传感器。",
  "survey.step.walk": "每条通道走两遍、用两部手机；每两三米记下 x、y 和听到的信号。",
  "survey.step.send": "在上方导入，或：",
};
