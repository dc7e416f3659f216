"""What the operating system says when something does not work, in the language of the program."""

from __future__ import annotations

import errno
from typing import Final

from clerk_tui.i18n import N_

WORDS: Final = {
    errno.ECONNREFUSED: N_("对方不接受连接"),
    errno.ECONNRESET: N_("连接被对方断开"),
    errno.EHOSTUNREACH: N_("到不了这个地址"),
    errno.ENETUNREACH: N_("没有网络"),
    errno.ETIMEDOUT: N_("没有应答"),
    errno.EPIPE: N_("连接已经断开"),
    errno.EACCES: N_("没有权限"),
    errno.EPERM: N_("不允许"),
    errno.ENOENT: N_("没有这个文件或文件夹"),
    errno.EEXIST: N_("已经有这个文件"),
    errno.EISDIR: N_("这是文件夹"),
    errno.ENOTDIR: N_("路径里有一段不是文件夹"),
    errno.ENOSPC: N_("磁盘满了"),
    errno.EDQUOT: N_("磁盘配额用完了"),
    errno.EROFS: N_("磁盘是只读的"),
    errno.EIO: N_("读写出错"),
    errno.ENAMETOOLONG: N_("名字太长"),
}


def why(error: OSError) -> str:
    """What is wrong, in Chinese; what is not listed in the system's own words."""
    return WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
