"""What people of the demo say and write, in the language of the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sayings:
    """`said` by kind of activity, with places for `who` was spoken to and the `product`."""

    said: Mapping[str, Sequence[str]]
    steps: Sequence[str]
    tasks: Sequence[str]


ENGLISH = Sayings(
    said={
        "call": (
            "{who} asked for the delivery time of {product}; six weeks is too long for them.",
            "Went through the quote for {product}. {who} wants the service contract as a separate line.",
            "{who} has the budget confirmed and needs our bank details for the supplier file.",
            "No answer at first; {who} called back and asked for references in the same industry.",
            "{who} compared {product} with Silverline. Our price is 4 % higher, the warranty a year longer.",
            "Agreed with {who} to trial two units of {product} on site before they decide.",
        ),
        "message": (
            "Sent {who} the data sheet of {product} and the maintenance terms.",
            "{who} confirmed by mail that {product} passed their security review.",
            "Sent the revised quote: 3 % for two years of service.",
            "{who} asked to move the decision to after their board meeting.",
        ),
        "meeting": (
            "Showed {product} to {who} and the operations team; the noise level was the only open point.",
            "Quarterly review with {who}: two tickets open, one closed during the meeting.",
            "{who} walked us through the new site. They will need {product} in three rooms.",
        ),
        "note": (
            "Their fiscal year ends in March; purchases above 20,000 need two signatures.",
            "A competitor has installed a test rack of their own next to our {product}.",
            "Prefers to be called before ten in the morning.",
        ),
    },
    steps=(
        "Send the service quote",
        "Call about the trial's result",
        "Bring the warranty terms to the next meeting",
        "Ask for the decision",
        "Arrange a visit to their new site",
        "Introduce our service engineer",
    ),
    tasks=(
        "Prepare the quarterly review",
        "Check the delivery date with the warehouse",
        "Write the offer for three rooms",
        "Collect two references in their industry",
        "Correct the address on the order confirmation",
    ),
)
CHINESE = Sayings(
    said={
        "call": (
            "{who} 询问 {product} 的交货时间，六周对他们来说太久。",
            "与 {who} 逐项核对了 {product} 的报价，对方希望服务合同单独列出。",
            "{who} 确认预算已批准，需要我们的开户资料做供应商备案。",
            "{who} 拿 {product} 与同类产品比较：我们贵 4%，但质保多一年。",
        ),
        "message": (
            "已把 {product} 的参数表和维保条款发给 {who}。",
            "{who} 邮件确认 {product} 通过了他们的安全评审。",
            "已发送修改后的报价：两年服务，优惠 3%。",
        ),
        "meeting": (
            "向 {who} 和运维团队演示了 {product}，唯一待解决的是噪音问题。",
            "与 {who} 做季度回顾：两个工单未结，一个当场关闭。",
        ),
        "note": (
            "对方财年三月结束；两万以上的采购需要两人签字。",
            "习惯上午十点前接电话。",
        ),
    },
    steps=("发送服务报价", "电话询问试用结果", "确认采购决定", "安排参观新厂区", "介绍我们的服务工程师"),
    tasks=("准备季度回顾材料", "与仓库确认交货日期", "编写三个机房的报价", "更正订单确认书上的地址"),
)
