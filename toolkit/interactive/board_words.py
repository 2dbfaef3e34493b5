"""Every word of the board's page, in both languages: the page itself holds none; what is told of a step; and the board in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolkit.evaluation.grades import grade_names
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.interactive.board import Board, Changes
from toolkit.interactive.tuning import DECIMALS, Tuning, overridden, shares

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme

Said = dict[str, Any]
"""Plain values, as the page takes them."""
RECORDED, NOT_RECORDED = Phrase("有这类记录", "such records"), Phrase("没有这类记录", "no such record")
FAILED = Phrase("这一步算不出结果，已退回原处", "This could not be computed; nothing was changed")
ADOPTED = ("已采用并记入 journal.jsonl：{zh}", "Adopted, and entered into journal.jsonl: {en}")
SEALED = Phrase("这里是封存的副本，只读，不能采用", "this is a sealed copy: it is read only")
OPEN_EDITION = Phrase("请打开届次文件夹里的笔记本", "open the notebook on the edition itself")
ONLY_TRIED = Phrase("试算的名单不能采用", "what is only tried cannot be adopted")
PUT_BACK = Phrase("请先按“全部放回”", "press 'Put everything back' first")
NOT_SEEN = Phrase("按下“采用”时，页面上还不是现在的名单；这次没有采用，姓名和理由也没有记入", "as 'Adopt' was pressed, the page did not show the list as it is now: nothing was adopted, and no name or reason entered")
ELSEWHERE = Phrase("另一窗口：", "In another window: ")
FOLLOWED = Phrase("名单已随之更新", "the list has followed")
LOOK_AGAIN = Phrase("请看过现在的名单再采用", "look at the list as it is now, and adopt it then")
RESUMED = Phrase(
    "已恢复上次离开时的调整（尚未采用），可以继续撤销和重做；要看已定的名单，请按“恢复已定”",
    "All is as you left it, not adopted, and can be undone further; 'As decided' leads back to the decided list",
)
RESUMED_ELSEWHERE = Phrase(
    "您离开后办法改动过；已在新办法上恢复您的调整（尚未采用）", "The scheme was changed since you left; what you moved is moved again upon the new one, not adopted"
)
NOT_RESUMED = Phrase("上次离开时的调整不适合现在的办法，没有恢复", "What you had moved when you left does not fit the scheme any more, and is not there")
NOT_LEFT_OUT = Phrase("其中有些试算项现在已经没有，没有恢复", "Some of what was left out is not there any more and is not left out")
REREAD = Phrase("已按现在的记录和评分表重新计算", "Evaluated anew by the records and score sheets as they are now")
AS_BEFORE = Phrase("按已定办法，谁获什么奖没有变", "by the decided scheme nobody's award is another")
SAVED = ("已存为方案“{name}”（variants/{name}.toml）；办法没有改动", "Kept as variant `{name}` (variants/{name}.toml); the scheme itself is as it was")
TRIAL_NOT_KEPT = ("“{zh}”只是试算，没有存进方案：方案仍计入全部", "the trial is not kept in it ({en}): the variant counts everything")
LAID_ASIDE = ("方案“{name}”已移到 variants/aside/{place}，没有删除", "Variant `{name}` is moved to variants/aside/{place}, and not deleted")
MOVED_ON = ("您的调整仍在；若采用，刚定的这些权重也随之改变：{zh}", "your weights are kept; adopting them also alters what was decided meanwhile: {en}")
GONE_BACK = ("现在是{zh}（尚未采用）；“撤销”回到刚才", "This is {en}, not adopted; 'Undo' leads back")
OPENED = ("现在是方案“{name}”（尚未采用）；“撤销”回到刚才", "This is variant `{name}`, not adopted; 'Undo' leads back")

WORDS: dict[str, Phrase] = {
    "board": Phrase("权重与名单", "Weights and the list"),
    "weights": Phrase("权重（同级合计 100）", "Weights (siblings sum to 100)"),
    "weights_help": Phrase("同级合计 100；输入的数随即上锁，其余让出；↑↓ 换一项", "Siblings sum to 100; a number typed is locked, the others give way; ↑↓ lead to another"),
    "tabs": Phrase("可以调整的三个部分", "What can be tuned, in three parts"),
    "weights_tab": Phrase("权重", "Weights"),
    "lines_tab": Phrase("名额与分数线", "Places and lines"),
    "total_tab": Phrase("总分、加减分与否决", "Total and vetoes"),
    "vetoes_off": Phrase("试算：不计一票否决", "What if without the veto"),
    "no_limit": Phrase("不设", "none"),
    "step_more": Phrase("在第 {n} 档后加一档", "a step after step {n}"),
    "step_less": Phrase("去掉第 {n} 档", "without step {n}"),
    "undo": Phrase("撤销", "Undo"),
    "redo": Phrase("重做", "Redo"),
    "restore": Phrase("恢复已定", "As decided"),
    "lock": Phrase("锁定{label}", "Lock {label}"),
    "unlock": Phrase("解除锁定{label}", "Unlock {label}"),
    "share": Phrase("{label}的权重", "Weight of {label}"),
    "spoken": Phrase("{label}占同级的 {share}%", "{label}: {share}% of its siblings"),
    "spoken_moved": Phrase("{label}占同级的 {share}%，已定 {was}%", "{label}: {share}% of its siblings, decided {was}%"),
    "tree_keys": Phrase("上下方向键换一项，左右方向键改权重", "Up and Down lead to another weight, Left and Right change it"),
    "still_locked": Phrase("已锁定，别项变动时它不动；可直接输入新的数，或解除锁定后拖动", "it is locked and gives no way: type another number, or unlock it to slide it"),
    "still_siblings": Phrase("同级其余各项都已锁定，合计须为 100，这一项不能单独动；请先给其中一项解除锁定", "all its siblings are locked and the sum is 100: unlock one of them first"),
    "still_alone": Phrase("同级只有这一项，总是 100", "it has no siblings, so it is always 100"),
    "siblings_short": Phrase("余项已锁", "rest locked"),
    "was": Phrase("已定 {was}", "was {was}"),
    "totals": Phrase("总分分布与各线", "The totals and the lines"),
    "totals_of": Phrase("{name}：参加排名的 {n} 家的总分", "{name}: totals of the ranked members (so many: {n})"),
    "settings": Phrase("怎样计分：{label}", "How {label} is marked"),
    "settings_open": Phrase("{label}：看分布、改计分", "{label}: its values and how they are marked"),
    "leave": Phrase("试算：不计{label}", "What if without {label}"),
    "put_back": Phrase("放回{label}", "Put {label} back"),
    "left_out": Phrase("未计入", "left out"),
    "all_back": Phrase("全部放回", "Put everything back"),
    "whose": Phrase("谁的权重", "Whose weights"),
    "own_none": Phrase("现在的权重", "As they stand"),
    "own_of": Phrase("专家 {code} 一人的", "Expert {code} alone"),
    "scorers": Phrase("试算：不计某位专家的评分", "What if without the scores of"),
    "expert": Phrase("专家 {code}", "expert {code}"),
    "back_weights": Phrase("返回权重", "Back to the weights"),
    "raw_of": Phrase("参加排名的会员 {n} 家", "Ranked members: {n}"),
    "missing_of": Phrase("其中 {missing} 家没有值", "without a value: {missing}"),
    "beyond": Phrase("另有 {n} 家更高，并入最右一栏", "{n} more lie higher, in the last bar"),
    "bin": Phrase("{from} 至 {to}：{n} 家", "{from} to {to}: {n}"),
    "bin_one": Phrase("{at}：{n} 家", "{at}: {n}"),
    "drag_help": Phrase("拖动竖线，或用左右方向键（按住 Shift 快些）；也可在下面输入", "Drag a line, or use the arrow keys (faster with Shift); or type below"),
    "curve": Phrase("曲线：原始值计多少分（右侧刻度）", "The curve: points for a raw value (scale on the right)"),
    "dots": Phrase("圆点：各会员的原始值计多少分（右侧刻度）", "The dots: points for the raw value of each member (scale on the right)"),
    "households": Phrase("{n} 家", "{n}"),
    "changed": Phrase("与已定办法相比，改动 {n} 处", "Changed against the decided scheme: {n}"),
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
    "chance_legend": Phrase("获奖把握（所示奖项或更高）", "Chance (of the award shown, or better)"),
    "chance_help": Phrase(
        "权重在现值附近随机变动 {draws} 次：获奖者，保住所示奖项或得到更高奖项的比例；未获奖者，得到任一奖项的比例。条的各段是各个奖项",
        "Weights drawn round these (so often: {draws}). Of who holds an award: the share in which it, or a better one, is won; of the others: any award. Each part of the bar is an award",
    ),
    "chance_keep": Phrase("{award}或更高：{chance}", "{award} or a better one: {chance}"),
    "chance_win": Phrase("任一奖项：{chance}", "any award: {chance}"),
    "chance_open": Phrase("在名额线上同分，给谁由委员会裁定", "level at the line of the places, for the committee to settle"),
    "chance_apart": Phrase("不等裁定即获奖的：{chance}", "awarded without its ruling: {chance}"),
    "chances_of": Phrase("各奖项的把握", "The chance of each award"),
    "margin_help": Phrase("获奖者：离失去奖项还有多少分（最近的对手或要求的分数，取近者）；其他会员：离最近的奖项差多少", "How far from losing it, to the nearest rival or to the score asked for; of the others, to the nearest award"),
    "open": Phrase("待定", "open"),
    "struck": Phrase("一票否决", "veto"),
    "no_part": Phrase("不参评", "no part"),
    "unranked": Phrase("不排名", "not ranked"),
    "shown": Phrase("显示 {n} 家，共 {all} 家", "{n} shown, of {all}"),
    "shown_all": Phrase("共 {all} 家", "{all} in all"),
    "emptied": Phrase("清空的格子不作改动，仍是 {was}", "An emptied box changes nothing: it is still {was}"),
    "none": Phrase("没有符合条件的会员", "No member fits"),
    "out": Phrase("退出", "Out"),
    "into": Phrase("进入", "In"),
    "other": Phrase("改奖", "Another award"),
    "grade": Phrase("等级", "Grade"),
    "fell": Phrase("降级", "Lower grade"),
    "rose": Phrase("升级", "Higher grade"),
    "more": Phrase("全部", "all"),
    "fewer": Phrase("收起", "fewer"),
    "back": Phrase("返回名单", "Back to the list"),
    "waiting": Phrase("正在计算…", "working…"),
    "made_of": Phrase("总分的构成", "What the total is made of"),
    "lines": Phrase("与获奖线的距离", "From the award lines"),
    "above_line": Phrase("获得，领先 {gap}", "won, ahead by {gap}"),
    "unrivalled": Phrase("获得，其后无人", "won, nobody behind"),
    "below_line": Phrase("未获，离名额末位的分数还差 {gap}", "not won, {gap} short of the last place"),
    "at_line": Phrase("在名额线上同分，待委员会裁定", "level at the line of the places, for the committee to settle"),
    "above_bar": Phrase("获得，比要求的分数高出 {gap}", "won, {gap} above the score that is asked for"),
    "below_bar": Phrase("未获，离要求的分数还差 {gap}", "not won, {gap} short of the score that is asked for"),
    "over_line": Phrase("未获，分数高出 {gap}，原因见上", "not won, {gap} over the line: the reason stands above"),
    "above_edge": Phrase("获得，离保住该奖的界限还有 {gap}", "won, {gap} away from where it would be lost"),
    "below_edge": Phrase("未获，离须超过的分数还差 {gap}", "not won, {gap} short of what has to be passed"),
    "untold_never": Phrase("未获，只凭分数不能获得", "not won, and no score alone would do"),
    "untold_other": Phrase("未获，有名额，原因见上", "not won, though there is room: the reason stands above"),
    "untold_open": Phrase("前一奖项的同分裁定后再算", "to be told once the tie for an earlier award is settled"),
    "untold_several": Phrase("还看其他会员是否在前列", "it hangs on who else is among the first"),
    "besides": Phrase("；另有条件不符，光补足分数也不能获得", "; something else is missing too, and the score alone would not win it"),
    "bar": Phrase("；另须总分不低于 {bar}，还差 {lacking}", "; besides, a total of {bar} is required, {lacking} more"),
    "single": Phrase("若只动一项权重", "If one weight alone were another"),
    "single_win": Phrase("{label}由 {was} 改为 {to}，即获{award}", "with {label} at {to}, now {was}, it wins {award}"),
    "single_lose": Phrase("{label}由 {was} 改为 {to}，即失去{award}", "with {label} at {to}, now {was}, it loses {award}"),
    "single_even": Phrase("{label}由 {was} 改为 {to}，即连{award}也得不到", "with {label} at {to}, now {was}, it does not even win {award}"),
    "far_win": Phrase("只动一项权重，要大改才获{award}：改动最小的也要把{label}由 {was} 改为 {to}", "only a great change of one weight wins {award}: the smallest is {label} at {to}, now {was}"),
    "far_lose": Phrase("只动一项权重，要大改才失去{award}：改动最小的也要把{label}由 {was} 改为 {to}", "only a great change of one weight loses {award}: the smallest is {label} at {to}, now {was}"),
    "far_even": Phrase("只动一项权重，要大改才连{award}也得不到：改动最小的也要把{label}由 {was} 改为 {to}", "only a great change of one weight leaves it not even {award}: the smallest is {label} at {to}, now {was}"),
    "single_none": Phrase("只动任何一项权重，获奖与否都不变", "no single weight changes whether it wins an award"),
    "single_untold": Phrase("照现在的锁定和试算，没有可以单独输入而改变获奖与否的权重", "as locked and tried now, no weight that can be typed by itself changes whether it wins an award"),
    "records": Phrase("所依据的记录", "The records behind it"),
    "records_of": Phrase("{label}（{n} 条）", "{label} ({n})"),
    "records_more": Phrase("另有 {n} 条，未在这里列出；命令 committee cards 给出全部", "{n} more are not listed here; `committee cards` gives all of them"),
    "adopt": Phrase("采用这一方案", "Adopt this scheme"),
    "adopt_help": Phrase(
        "写入 scheme.toml，并在 journal.jsonl 记下谁、为何；原办法另存", "Written to scheme.toml and told in journal.jsonl; the scheme as it was is kept"
    ),
    "adopt_tried": Phrase(f"{ONLY_TRIED.zh}：{PUT_BACK.zh}", f"{ONLY_TRIED.en}: {PUT_BACK.en}"),
    "member_out": Phrase("试算中未计入本会员：它不参加排名，不占名额", "Left out of this trial: it is not ranked and takes no place"),
    "by": Phrase("由谁决定", "Decided by"),
    "by_hint": Phrase("由谁决定，如：专家委员会第二次会议", "Decided by, e.g. the committee's second meeting"),
    "reason": Phrase("理由", "Reason"),
    "reason_hint": Phrase("理由", "Reason"),
    "reopen": Phrase("以新办法为准，保留我的调整", "Compare with the new scheme, keep my weights"),
    "value": Phrase("若只改一个数", "If one figure alone were another"),
    "value_win": Phrase("{label}由 {was} 变为 {to}，即获{award}", "with {label} at {to}, now {was}, it wins {award}"),
    "value_lose": Phrase("{label}由 {was} 变为 {to}，即失去{award}", "with {label} at {to}, now {was}, it loses {award}"),
    "value_even": Phrase("{label}由 {was} 变为 {to}，即连{award}也得不到", "with {label} at {to}, now {was}, it does not even win {award}"),
    "value_none": Phrase("只改任何一个数，获奖与否都不变", "no single figure changes whether it wins an award"),
    "record": Phrase("若只少一条记录", "If one record alone did not count"),
    "record_win": Phrase("{place}：若不计，即获{award}（这样的记录有 {many} 条）", "{place}: without it, it wins {award} (there are so many such records: {many})"),
    "record_lose": Phrase("{place}：若不计，即失去{award}（这样的记录有 {many} 条）", "{place}: without it, it loses {award} (there are so many such records: {many})"),
    "record_none": Phrase("只少它自己的任何一条记录，获奖与否都不变", "no single record of its own changes whether it wins an award"),
    "ahead": Phrase("今后会自行发生的变化（两年内）", "What changes by itself (within two years)"),
    "ahead_day": Phrase("{day}：{what}。{then}", "{day}: {what}. {then}"),
    "ahead_more": Phrase("{more}", "{more}"),
    "ahead_note": Phrase("只凭现有记录：此后的新记录、修复和撤销无从知晓；结果按当日的整个名单", "By the records there are: what is recorded, repaired or withdrawn later cannot be known; results are those of the whole list of that day"),
    "ahead_none": Phrase("它自己的记录都不会自行到期、生效，也没有到时可以修复的", "no record of its own lapses, begins to count or can be repaired by then"),
    "ahead_untold": Phrase("有试行剔除的内容时不计算", "not worked out while something is left out"),
    "voted": Phrase("表决权重", "As voted"),
    "voted_help": Phrase("已定办法，权重取各位专家判断票合成的结果", "the scheme as decided, with the weights of the experts' ballots"),
    "sealed": Phrase("封存 {name}", "As sealed in {name}"),
    "sealed_help": Phrase("最近一次封存时的办法", "the scheme as it was sealed last"),
    "former": Phrase("上次采用前", "Before the last adoption"),
    "former_help": Phrase("最近一次采用之前的办法；要收回那次采用，就回到这里，再写明理由采用", "to undo the last adoption, go back to it and adopt it with a reason"),
    "variants": Phrase("方案比较", "Variants"),
    "variants_help": Phrase("把现在的试算存为方案，与已定办法和其他方案并列比较", "keep what is tried by a name, and compare it with the decided scheme and others"),
    "variant_name": Phrase("方案名称", "Name of the variant"),
    "variant_hint": Phrase("如：学习加重", "e.g. more learning"),
    "variant_by": Phrase("谁存的", "Kept by"),
    "variant_reason": Phrase("为何", "Why"),
    "save": Phrase("存为方案", "Keep as a variant"),
    "open_variant": Phrase("打开", "Open"),
    "aside": Phrase("移开", "Put aside"),
    "of_variant": Phrase("{act}方案{name}", "{act} variant {name}"),
    "show": Phrase("并列比较", "compare"),
    "decided": Phrase("已定", "Decided"),
    "now": Phrase("现在的试算", "As it stands"),
    "trial_not_kept": Phrase(
        "“现在的试算”照上面虚线框里的试算计算；存为方案时这一部分不随方案保存，各方案都计入全部",
        "'As it stands' is counted with the trial in the dashed box above. A variant does not keep that part, and counts everything",
    ),
    "no_variants": Phrase("还没有存下的方案。调好权重后，在上面起一个名称存下；办法本身不会改动。", "No variant is kept yet. Move the weights and keep them by a name above; the scheme itself is not changed."),
    "differs": Phrase("有 {n} 处与已定办法不同", "Decided otherwise: {n}"),
    "and_more": Phrase("等，另有 {n} 家", "and others: {n}"),
    "all_names": Phrase("全部名字", "All names"),
    "chart": Phrase("线附近的会员在各方案中的名次", "Places of the members near the lines, by variant"),
    "chart_help": Phrase(
        "圈里是名次；深色和浅色的圈是获奖，空圈未获；粗横线是获奖线；蓝色粗线由此进入，橙色虚线由此退出",
        "In the circles, places; dark and light circles hold an award, empty ones none; thick rules are the award lines; thick blue enters there, dashed orange leaves",
    ),
    "chart_cut": Phrase("另有 {n} 家获奖与否有变，图上画不下，名字见上", "Not drawn for want of room, but named above: {n}"),
    "as_table": Phrase("同一内容的表", "The same as a table"),
    "unawarded": Phrase("未获奖", "none"),
    "class_changes": Phrase("{name}（变动 {n} 家）", "{name} (changed: {n})"),
    "moved_elsewhere": Phrase("另一窗口作了调整（未采用），这里的名单已随之更新", "Another window moved something, not adopted; the list here has followed"),
    "reread_elsewhere": Phrase("另一窗口已按现在的办法和记录重新计算，这里的名单已随之更新", "Another window took up the scheme and the records as they are now; the list here has followed"),
    "adopted_elsewhere": ELSEWHERE,
    "outdated": Phrase("办法或记录已经更新；本页其余各节（页首那一行也在内）仍是更新前的", "The scheme or the records are others now; the other parts of this page, its first line too, are still those from before"),
    "outdated_part": Phrase("这是更新前的，尚未重新计算", "From before: not computed anew yet"),
    "decided_part": Phrase("按已定办法；“权重与名单”里的调整尚未采用，不计在内", "By the scheme as decided: what was moved in `Weights and the list` is not adopted, and does not count here"),
    "recompute_above": Phrase("请按页首栏里的“重新计算全部”；看不到时，先按栏末的“…”", "Press `Recompute all` in the bar above; where it is not in sight, press `…` at its end first"),
    "recompute": Phrase("重新计算全部", "Recompute all"),
    "indicator": Phrase("指标", "Indicator"),
    "awarded": Phrase("{label} {n} 家", "{label} {n}"),
    "awarded_open": Phrase("{label} {n} 家（另有 {open} 家待定）", "{label} {n} (open: {open})"),
    "stands": Phrase("现在", "Now"),
    "by_so_much": Phrase("增减", "Change"),
    "paper_tried": Phrase("调整后的名单，尚未采用；“已定”是现行办法", "The list as moved, not adopted; `Decided` is the scheme as it holds"),
    "paper_decided": Phrase("按已定办法，没有调整", "By the scheme as decided, nothing moved"),
    "paper_day": Phrase("打印时间：{day}", "Printed {day}"),
    "chance_paper": Phrase("权重在现值附近随机变动 {draws} 次，获奖者保住所示奖项或更高奖项、未获奖者得到任一奖项的比例", "of so many draws of weights round these ({draws}), the share in which an award is kept or a better one won; of who has none, any award won"),
    "dead": Phrase("没有回应：计算程序正忙或已停止。若一直如此，请重新打开本页；仍打不开时，请重新启动程序。", "No answer: the kernel is busy or has ended. If this stays, open the page again; where it does not open, start the program again."),
}


def words() -> dict[Language, dict[str, str]]:
    """The words by language, as the page asks for them."""
    return {"zh": {**{key: said.zh for key, said in WORDS.items()}, "language": "English"}, "en": {**{key: said.en for key, said in WORDS.items()}, "language": "中文"}}


def moved_on(former: Scheme, tuning: Tuning) -> list[Phrase]:
    """What the tuning makes of weights that were decided meanwhile, the three altered most by name; nothing where it leaves them."""
    found, decided, now = overridden(former, tuning), shares(tuning.decided), shares(tuning.scheme)
    if not found:
        return []
    parts = [phrase("{label}由 {was} 变为 {to}", "{label} {to}, decided {was}", label=tuning.scheme.label(node), was=f"{round(decided[node], DECIMALS):g}", to=f"{round(now[node], DECIMALS):g}") for node in found[:3]]
    rest = phrase("等 {n} 项", " and others, {n} in all", n=len(found)) if len(found) > len(parts) else Phrase("", "")
    listed = joined(parts, "、")
    return [phrase(*MOVED_ON, zh=listed.zh + rest.zh, en=listed.en + rest.en)]


def board_in_words(decided: Board, board: Board, before: Evaluation, after: Evaluation) -> Phrase:
    """The board where it cannot be painted: how many hold each award, and who leaves and enters, by name."""
    awards = [(award.label, int((board.award == place).sum())) for place, award in enumerate(after.scheme.awards, 1)]
    if not awards:
        awards = [(label, int((board.grade == place).sum())) for place, label in enumerate(grade_names(after.scheme), 1)]
    zh = "、".join(f"{label} {count} 家" for label, count in awards)
    en = ", ".join(f"{label} {count}" for label, count in awards)
    changes, name = Changes.between(decided, board), before.members["name"].astype("str").to_numpy()
    text = phrase("权重与名单（{edition}）：{zh}{zh_changes}", "Weights and the list ({edition}): {en}{en_changes}",
                  edition=after.scheme.edition, zh=f"{zh}。" if zh else "", en=f"{en}. " if en else "", zh_changes=changes.words.zh, en_changes=changes.words.en)  # fmt: skip
    for positions, verb in ((changes.out, Phrase("退出", "Out")), (changes.into, Phrase("进入", "In")), (changes.other, Phrase("改奖", "Another award")),
                            (changes.fell, Phrase("降级", "Lower grade")), (changes.rose, Phrase("升级", "Higher grade"))):  # fmt: skip
        if positions:
            names = [str(name[position]) for position in positions]
            text = Phrase(f"{text.zh}\n{verb.zh}：{'、'.join(names)}", f"{text.en}\n{verb.en}: {', '.join(names)}")
    return text
