"""``clerk``: the table of commands, and the one place where an error becomes an exit code.

0    done                                  70   a fault of the program: the log has it
2    what was given is wrong or unlawful   74   the answer could not be written; what was done stands
     (nothing was written)                 130  Ctrl-C
141  whoever read the output has gone
129  the screens' terminal was closed, or they were told to end; what was being typed is kept
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click

from clerk_tui.cli.console import Session, Unwritten, note, say, tell_error
from clerk_tui.cli.helping import Group
from clerk_tui.i18n import N_, _, install
from hall.errors import HallError

INTERNAL, UNWRITTEN, INTERRUPTED, NOBODY_READS = 70, 74, 130, 141


class Entry(NamedTuple):
    """Where a command is found, under which heading it stands, and what it is for in a few words."""

    module: str
    section: str
    summary: str


COUNTER, HALL = N_("窗口办理"), N_("大厅的屏幕")
RULES, RECORDS, UPKEEP = N_("规则查询"), N_("账本与上传"), N_("安装与维护")

COMMANDS: dict[str, Entry] = {
    "run": Entry("counter", COUNTER, N_("打开窗口工作站")),
    "demo": Entry("demo", COUNTER, N_("打开示例大厅，旁边带一个中心；--headless 自动办一个上午")),
    "station": Entry("station", COUNTER, N_("打开取号机；--print 当打印台，station book 收下预约")),
    "training": Entry("training", COUNTER, N_("培训：在练习数据上一题一题地练，给出结果")),
    "display": Entry("display", HALL, N_("打开叫号屏：呼叫、窗口和等候，大字显示并读出来")),
    "board": Entry("board", HALL, N_("打开看板：排队、窗口、办件、承诺、设备，只能看")),
    "sign-in": Entry("signing", COUNTER, N_("签到：之后的命令记在这个人名下")),
    "sign-out": Entry("signing", COUNTER, N_("签退")),
    "whoami": Entry("signing", COUNTER, N_("现在的命令记在谁名下")),
    "pin": Entry("signing", COUNTER, N_("修改自己的密码")),
    "pause": Entry("pausing", COUNTER, N_("暂停服务，写明原因")),
    "resume": Entry("pausing", COUNTER, N_("恢复服务")),
    "alarm": Entry("pausing", COUNTER, N_("静默求助：不出声，不显示")),
    "close": Entry("closing", COUNTER, N_("日结：还剩什么要说明，然后出具日结单")),
    "intake": Entry("walkin", COUNTER, N_("收件：从 JSON 文件办一位来人")),
    "supplement": Entry("walkin", COUNTER, N_("收下补来的材料，或审查只收件的办件")),
    "steps": Entry("proceed", COUNTER, N_("一个办件现在依法能办的下一步")),
    "proceed": Entry("proceed", COUNTER, N_("受理之后的下一步：特别程序、延期、决定、送达、缴费、取件、退件")),
    "call": Entry("call", COUNTER, N_("叫号：下一位、过号、暂放、转走、办结；断网时扫号票")),
    "attach": Entry("asides", COUNTER, N_("把扫描件加到办件")),
    "inquiry": Entry("walkin", COUNTER, N_("只咨询：打印一次性告知的办事指南")),
    "scan": Entry("scan", COUNTER, N_("扫凭证上的码：查看，或续办别的窗口收的件")),
    "find": Entry("lookup", COUNTER, N_("查办件：按编号、姓名、证件号或电话")),
    "case": Entry("lookup", COUNTER, N_("看一个办件的经过、时限和凭证")),
    "papers": Entry("lookup", COUNTER, N_("列出一个办件的凭证；不给编号则送出待打印的")),
    "reprint": Entry("lookup", COUNTER, N_("补打一份凭证")),
    "paper": Entry("paper", COUNTER, N_("文书的种类；用示例内容打印一份来看")),
    "matters": Entry("matters", RULES, N_("检查、列出、查看、查找事项")),
    "checklist": Entry("checklist", RULES, N_("按情形列出要交的材料和理由")),
    "deadline": Entry("rules", RULES, N_("从某日起若干工作日的期限")),
    "identity": Entry("rules", RULES, N_("核对证件号码或信用代码")),
    "staffing": Entry("staffing", RULES, N_("每个钟点要开几个窗口")),
    "journal": Entry("records", RECORDS, N_("核对账本，或由账本重建各表")),
    "outbox": Entry("records", RECORDS, N_("未上传的记录和上次联系中心的时间")),
    "aside": Entry("asides", RECORDS, N_("中心退回或有冲突的记录：更正、重办、交负责人")),
    "conflicts": Entry("conflicts", RECORDS, N_("全厅的冲突和存疑：看两边，写明哪边算数，核实")),
    "sync": Entry("records", RECORDS, N_("与中心同步一次")),
    "enrol": Entry("records", RECORDS, N_("用一次性登记码把本机登记到中心")),
    "backup": Entry("keeping", UPKEEP, N_("备份账本，并核对备份")),
    "restore": Entry("keeping", UPKEEP, N_("账本坏了、丢了或被换回旧的一份：封存原来的，重新登记，接着办")),
    "export-sealed": Entry("keeping", UPKEEP, N_("没有上传的记录封存成文件，交负责人")),
    "central": Entry("records", RECORDS, N_("启动中心")),
    "upkeep": Entry("upkeep", UPKEEP, N_("五日规则：逾期未告知的收件记为受理")),
    "doctor": Entry("doctor", UPKEEP, N_("检查本机：数据库、字体、目录、磁盘、终端、中心")),
    "setup": Entry("setup", UPKEEP, N_("准备打印字体，编译事项目录")),
    "keys": Entry("setup", UPKEEP, N_("列出工作站的按键")),
}


class Clerk(Group):
    """The whole command line; a command's module is imported when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its texts in the language of the settings."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        install(session_of(ctx).language)
        found: click.Command = getattr(import_module(f"clerk_tui.cli.{entry.module}"), cmd_name.replace("-", "_"))
        return found

    def sections(self, ctx: click.Context) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
        """The commands under their headings, then the options."""
        install(session_of(ctx).language)
        for section in dict.fromkeys(entry.section for entry in COMMANDS.values()):
            rows = [(name, _(entry.summary)) for name, entry in COMMANDS.items() if entry.section == section]
            yield _(section), rows
        yield self.options(ctx)


def session_of(ctx: click.Context) -> Session:
    """The session of this run, made from the options that stand before the command."""
    root = ctx.find_root()
    if root.obj is None:
        root.obj = Session(root.params.get("config_file"))
    session: Session = root.obj
    return session


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say(f"clerk {version('clerk-tui')}")
        ctx.exit()


@click.group(
    "clerk",
    cls=Clerk,
    no_args_is_help=True,
    subcommand_metavar="COMMAND ...",
    options_metavar="[--config FILE]",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=N_("政务服务大厅综合窗口工作站。每一步都先记入本机账本再打印，没有网络照常办理。"),
    epilog=N_("每个命令都可以加 --help 看用法；加 --json 的回答格式见 docs/cli.md。出错时退出码为 2，什么也不写入。"),
)
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    is_eager=True,
    help=N_("使用这份配置；不给则找 $CLERK_CONFIG、./config.toml、用户配置目录"),
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help=N_("显示版本"))
@click.pass_context
def clerk(ctx: click.Context, config_file: Path | None) -> None:
    """The root of the command line."""
    session_of(ctx)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; nothing escapes but the program's end."""
    # Where a caller closed them, they are none: then nothing is to be read, and nobody reads what is said.
    sys.stdin = sys.stdin or Path(os.devnull).open()  # noqa: SIM115 - for as long as the process
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    try:
        return _run(argv)
    except BrokenPipeError:
        _be_quiet()
        return NOBODY_READS
    except Unwritten as error:
        _be_quiet()
        told = _("结果写不出来（{why}）；办成的都在账本里，再做一次之前先用 clerk find 或 clerk outbox 看")
        note(told.format(why=error))
        return UNWRITTEN


def _run(argv: Sequence[str] | None) -> int:
    args = list(sys.argv[1:] if argv is None else argv)
    if "_CLERK_COMPLETE" in os.environ:
        clerk.main(prog_name="clerk")
    as_json = "--json" in args
    try:
        _require_text(args)
        with clerk.make_context("clerk", args) as ctx:
            clerk.invoke(ctx)
        return 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except HallError as error:
        return _fail(error, as_json, error.exit_code)
    except click.ClickException as error:
        from clerk_tui.cli.misuse import explain

        return _fail(explain(error, list(COMMANDS)), as_json, 2)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except (BrokenPipeError, Unwritten):
        raise
    except Exception as error:
        # A fault of the program: its place goes to the log, without values, and only that it happened to the screen.
        from clerk_tui.cli.misuse import fault

        return _fail(fault(error), as_json, INTERNAL)


def _require_text(args: Sequence[str]) -> None:
    """Refuse arguments that are no text; they are not repeated.

    Raises:
        HallError: ``bad_text``.
    """
    for number, word in enumerate(args, 1):
        try:
            word.encode()
        except UnicodeEncodeError:
            raise HallError(
                "bad_text",
                _("第 {number} 个参数不是 UTF-8 文字").format(number=number),
                hint=_("检查终端的编码；改用 UTF-8 的文件名，或写 - 从标准输入读"),
            ) from None


def _be_quiet() -> None:
    """Give standard output to nobody, so that closing it at exit does not complain again."""
    try:
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None


def _fail(error: HallError, as_json: bool, code: int) -> int:
    """Say what is wrong, if it can be said, and return ``code``: nothing was done, whoever can read it or not."""
    try:
        tell_error(error, as_json)
    except (BrokenPipeError, Unwritten):
        _be_quiet()
    return code
