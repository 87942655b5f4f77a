BBBB BBBBBB BBBBBBBB gettext(u'everybody with the role %(role)s') SSSSSSSSS SSSS SSS SSSS SSSSSSSSBBBB BBBBBBBBBBB gettext(u'team %(team)s') SSSS SSSSSSSSBBBBBBBBB
