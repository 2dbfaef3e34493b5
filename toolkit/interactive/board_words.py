"""Every word of the board's page, in both languages: the page itself holds none."""

from __future__ import annotations

from toolkit.ground.text import Language, Phrase

WORDS: dict[str, Phrase] = {
    "board": Phrase("权重与名单", "Weights and the list"),
    "weights": Phrase("权重（同级合计 100）", "Weights (siblings sum to 100)"),
    "undo": Phrase("撤销", "Undo"),
    "redo": Phrase("重做", "Redo"),
    "restore": Phrase("恢复已定", "As decided"),
    "lock": Phrase("锁定{label}", "Lock {label}"),
    "unlock": Phrase("解除锁定{label}", "Unlock {label}"),
    "share": Phrase("{label}的权重", "Weight of {label}"),
    "spoken": Phrase("{label}占同级的 {share}%", "{label}: {share}% of its siblings"),
    "spoken_moved": Phrase("{label}占同级的 {share}%，已定 {was}%", "{label}: {share}% of its siblings, decided {was}%"),
    "was": Phrase("已定 {was}", "decided {was}"),
    "rules": Phrase("名额与最低分", "Places and minima"),
    "list": Phrase("名单", "The list"),
    "search": Phrase("查找会员", "Find a member"),
    "class": Phrase("类别", "Class"),
    "all": Phrase("全部类别", "All classes"),
    "place": Phrase("名次", "Place"),
    "move": Phrase("升降", "Moved"),
    "name": Phrase("会员", "Member"),
    "total": Phrase("总分", "Total"),
    "margin": Phrase("距线", "Margin"),
    "award": Phrase("奖项", "Award"),
    "chance": Phrase("获奖把握", "Chance"),
    "chance_help": Phrase(
        "权重在现值附近随机变动 {draws} 次，各奖项获得的比例", "Weights drawn round these (so often: {draws}): the share in which each award is won"
    ),
    "margin_help": Phrase("获奖者：比最好的落选者高多少；其他会员：离最近的获奖线差多少", "Above the best who missed it; of the others, to the nearest line"),
    "open": Phrase("待定", "open"),
    "unranked": Phrase("不排名", "not ranked"),
    "shown": Phrase("显示 {n} 家，共 {all} 家", "{n} shown, of {all}"),
    "none": Phrase("没有符合条件的会员", "No member fits"),
    "out": Phrase("退出", "Out"),
    "into": Phrase("进入", "In"),
    "other": Phrase("改奖", "Another award"),
    "grade": Phrase("等级", "Grade"),
    "fell": Phrase("降级", "Lower grade"),
    "rose": Phrase("升级", "Higher grade"),
    "more": Phrase("等 {n} 家，展开", "all {n}"),
    "fewer": Phrase("收起", "fewer"),
    "back": Phrase("返回名单", "Back to the list"),
    "waiting": Phrase("正在计算…", "working…"),
    "made_of": Phrase("总分的构成", "What the total is made of"),
    "lines": Phrase("与获奖线的距离", "From the award lines"),
    "above_line": Phrase("获得，领先 {gap}", "won, ahead by {gap}"),
    "unrivalled": Phrase("获得，其后无人", "won, nobody behind"),
    "below_line": Phrase("未获，离名额末位的分数还差 {gap}", "not won, {gap} short of the last place"),
    "over_line": Phrase("未获，分数高出 {gap}，另有原因", "not won for another reason, {gap} over the line"),
    "single": Phrase("若只动一项权重", "If one weight alone were another"),
    "single_win": Phrase("{label}由 {was} 改为 {to}，即获{award}", "with {label} at {to}, now {was}, it wins {award}"),
    "single_lose": Phrase("{label}由 {was} 改为 {to}，即失去{award}", "with {label} at {to}, now {was}, it loses {award}"),
    "single_none": Phrase("只动任何一项权重，获奖与否都不变", "no single weight changes whether it wins an award"),
    "records": Phrase("所依据的记录", "The records behind it"),
    "adopt": Phrase("采用这一方案", "Adopt this scheme"),
    "adopt_help": Phrase(
        "写入 scheme.toml，并在 journal.jsonl 记下谁、为何；原来的办法另存", "Written to scheme.toml and told in journal.jsonl; the scheme as it was is kept"
    ),
    "by": Phrase("由谁决定", "Decided by"),
    "by_hint": Phrase("如：专家委员会第二次会议", "e.g. second meeting of the committee"),
    "reason": Phrase("理由", "Reason"),
    "reopen": Phrase("以新办法为准，保留我的调整", "Compare with the new scheme, keep my weights"),
    "dead": Phrase("没有回应：计算程序正忙或已停止。若一直如此，请重新打开本页。", "No answer: the kernel is busy or has ended. If this stays, open the page again."),
}


def words() -> dict[Language, dict[str, str]]:
    """The words by language, as the page asks for them."""
    return {"zh": {**{key: said.zh for key, said in WORDS.items()}, "language": "English"}, "en": {**{key: said.en for key, said in WORDS.items()}, "language": "中文"}}
