"""What the operating system says when something does not work, in the language of the program.

It says it in English, or in the language of whoever started the program: neither belongs into a Chinese sentence.
"""

from __future__ import annotations

import errno
from typing import Final

WORDS: Final = {
    errno.ECONNREFUSED: "对方不接受连接",
    errno.ECONNRESET: "连接被对方断开",
    errno.ECONNABORTED: "连接中断了",
    errno.EHOSTUNREACH: "到不了这个地址",
    errno.ENETUNREACH: "没有网络",
    errno.ETIMEDOUT: "没有应答",
    errno.EPIPE: "连接已经断开",
    errno.EADDRINUSE: "地址和端口已被占用",
    errno.EADDRNOTAVAIL: "不是这台机器的地址",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EEXIST: "已经有这个文件",
    errno.EISDIR: "这是文件夹",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.ENOTEMPTY: "文件夹里还有东西",
    errno.ENXIO: "没有这个设备",
    errno.ENODEV: "没有这个设备",
    errno.ENOEXEC: "不是能运行的程序",
    errno.EBUSY: "正被别的程序使用",
    errno.EXDEV: "在另一个磁盘上",
    errno.ELOOP: "链接绕成了圈",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EFBIG: "文件太大",
    errno.EROFS: "磁盘是只读的",
    errno.EIO: "读写出错",
    errno.ESTALE: "网络文件夹断开了",
    errno.ENAMETOOLONG: "名字太长",
    errno.EILSEQ: "名字里有写不成的字符",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.ENOMEM: "内存不够",
    errno.EINVAL: "系统不接受",
}
_KINDS: Final = {"TimeoutError": "没有应答", "gaierror": "找不到这台主机"}
"""Errors that come with no number, or with one of their own that is no ``errno``: a wait that ended, a name that no
address belongs to (``socket.gaierror``)."""


def why(error: OSError) -> str:
    """What is wrong, in Chinese; what is not listed by the name that manuals know it by (``ENOTTY``)."""
    known = _KINDS.get(type(error).__name__) or WORDS.get(error.errno or 0)
    if known:
        return known
    name = errno.errorcode.get(error.errno or 0) or type(error).__name__
    return f"系统错误 {name}"
