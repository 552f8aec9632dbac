#!/usr/bin/env python3
"""Writes src/kernels/parse_date/month_names.rs from CLDR (through babel) and the extra names below.

    pip install babel==2.18.0
    python3 tools/generate_month_names.py > src/kernels/parse_date/month_names.rs

Names are folded by the rule of src/kernels/parse_date/fold.rs; `fold` below and the Rust `fold` must stay alike
(a unit test parses every name of the table back).
"""

import sys
import unicodedata

import babel
from babel import Locale, UnknownLocaleError
from babel.core import get_cldr_version

# Language code -> CLDR locales whose names it unites.
LANGUAGES = {
    "af": "af", "am": "am", "ar": "ar ar_AE ar_DZ ar_EG ar_IQ ar_JO ar_LB ar_LY ar_MA ar_MR ar_PS ar_SA ar_SY ar_TN",
    "as": "as", "ast": "ast", "az": "az az_Cyrl", "be": "be", "bg": "bg", "bn": "bn bn_IN", "br": "br",
    "bs": "bs bs_Cyrl", "ca": "ca", "ceb": "ceb", "ckb": "ckb", "cs": "cs", "cy": "cy", "da": "da", "de": "de de_AT de_CH",
    "el": "el", "en": "en en_GB en_AU en_CA en_IN en_NZ en_ZA", "eo": "eo", "es": "es es_MX es_419 es_AR es_CL es_PE es_UY es_VE",
    "et": "et", "eu": "eu", "fa": "fa fa_AF", "fi": "fi", "fil": "fil", "fo": "fo", "fr": "fr fr_CA fr_CH", "fur": "fur",
    "fy": "fy", "ga": "ga", "gd": "gd", "gl": "gl", "gu": "gu", "ha": "ha", "he": "he", "hi": "hi", "hr": "hr", "hu": "hu",
    "hy": "hy", "id": "id", "ig": "ig", "is": "is", "it": "it it_CH", "ja": "ja", "jv": "jv", "ka": "ka", "kk": "kk", "km": "km",
    "kn": "kn", "ko": "ko", "ku": "ku", "ky": "ky", "lb": "lb", "lo": "lo", "lt": "lt", "lv": "lv", "mg": "mg", "mk": "mk", "ml": "ml",
    "mn": "mn", "mr": "mr", "ms": "ms", "mt": "mt", "my": "my", "ne": "ne", "nl": "nl", "no": "nb nn no", "or": "or",
    "pa": "pa pa_Arab", "pl": "pl", "ps": "ps", "pt": "pt pt_PT", "rm": "rm", "ro": "ro ro_MD", "ru": "ru ru_UA", "rw": "rw", "sc": "sc",
    "sd": "sd", "se": "se", "si": "si", "sk": "sk", "sl": "sl", "so": "so", "sq": "sq sq_XK", "sr": "sr sr_Latn sr_Cyrl_BA sr_Latn_BA sr_Latn_ME",
    "sv": "sv", "sw": "sw sw_KE", "ta": "ta", "te": "te", "tg": "tg", "th": "th", "tk": "tk", "tr": "tr", "tt": "tt", "ug": "ug", "uk": "uk",
    "ur": "ur ur_IN", "uz": "uz uz_Cyrl", "vi": "vi", "xh": "xh", "yi": "yi", "yo": "yo", "zh": "zh zh_Hant", "zu": "zu",
}

# Spellings in newspaper use that CLDR does not list: language -> 12 cells (January first), alternatives by blank, `_` for a blank.
EXTRA_MONTHS = {
    "en": "jan feb mar apr may jun jul aug sep|sept oct nov dec",
    "de": "jän|jän|jaenner|januar feber|febr maerz|mär|mrz apr mai jun|juno jul|julei aug sept|sep okt nov dez|dezb",
    "fr": "janv fév|fevr mars avr mai juin juil|juill août|aout sept oct nov déc",
    "es": "ene|enero feb mar|mzo abr may jun jul ago set|sept|setiembre|septiembre oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "it": "gen|genn feb|febbr mar apr mag|magg giu|giugn lug|lugl ago sett|set ott nov dic",
    "nl": "jan feb|febr mrt apr mei jun jul aug sep|sept okt nov dec",
    "sv": "jan feb|febr mars|mar apr maj jun|juni jul|juli aug sep|sept okt nov dec",
    "da": "jan feb mar|marts apr maj jun jul aug sep|sept okt nov dec",
    "no": "jan feb mar|mars apr mai jun jul aug sep|sept okt nov des",
    "fi": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "et": "jaan veebr märts aprill|apr mai juuni juuli aug sept okt nov dets",
    "lv": "janvārī|janvāra februārī|februāra martā|marta aprīlī|aprīļa maijā|maija jūnijā|jūnija jūlijā|jūlija augustā|augusta septembrī|septembra oktobrī|oktobra novembrī|novembra decembrī|decembra",
    "lt": "saus vas kov bal geg birž liep rugp rugs spal|spalių lapkr gruod",
    "pl": "sty|stycznia lut mar kwi maj|maja cze lip sie wrz paź lis gru",
    "cs": "led ún|úno bře dub|dubna kvě čvn|červ čvc srp zář říj lis pro",
    "hu": "jan febr|feb márc|már ápr máj jún júl aug szept|szep okt nov dec",
    "ro": "ian feb|febr mar|mart apr mai iun iul aug sept|sep oct|octomvrie noi|nov|noiem dec",
    "ru": "янв фев|февр мар|март апр мая|май июн|июнь июл|июль авг сен|сент окт ноя|нояб|нояб дек",
    "uk": "січ лют бер|берез квіт|кві трав|тра черв|чер лип серп|сер верес|вер жовт|жов листоп|лис груд|гру",
    "bg": "ян|яну фев|февр мар|март апр май юни юли авг сеп|септ окт ное|ноем дек",
    "be": "сту лют сак кра тра чэр ліп жні вер кас ліс сне",
    "el": "ιαν|γενάρη|γενάρης φεβ|φλεβάρη|φλεβάρης μαρ|μάρτη|μάρτης απρ|απρίλη|απρίλης μαι|μάη|μάης ιουν|ιούνη|ιούνης ιουλ|ιούλη|ιούλης αυγ|αύγουστου σεπ|σεπτ|σεπτέμβρη|σεπτέμβρης οκτ|οκτώβρη|οκτώβρης νοε|νοέμβρη|νοέμβρης δεκ|δεκέμβρη|δεκέμβρης",
    "tr": "oca|ock şub|şbt mar|mrt nis may|mys haz|haziran tem|tmm ağu|ağs eyl eki|ekm kas|ksm ara|arl",
    "az": "yan fev mar|mart apr may iyn|iyun iyl|iyul avq sen|sentyabr okt|oktyabr noy|noyabr dek|dekabr",
    "uz": "yan fev mar apr may iyun iyul avg sen|sent okt noy dek",
    "kk": "қаң ақп нау сәу мам мау шіл там қыр қаз қар жел",
    "id": "jan peb|pebruari|feb mar apr mei jun jul agt|ags|agu|agst sep|sept okt nop|nopember|nov des",
    "ms": "jan feb mac apr mei jun jul ogo|ogos sep|sept okt nov dis",
    "fil": "ene peb mar abr mayo|may hun hul ago set|sept okt nob dis",
    "sw": "jan feb mac|machi apr|aprili mei jun|juni jul|julai ago|agosti sep|sept|septemba okt|oktoba nov|novemba des|desemba",
    "ar": "يناير|كانون_الثاني|جانفي|جوانفي فبراير|شباط|فيفري مارس|آذار أبريل|إبريل|نيسان|أفريل مايو|أيار|ماي يونيو|يونيه|حزيران|جوان "
          "يوليو|يوليه|تموز|جويلية|يوليوز أغسطس|آب|أوت|غشت سبتمبر|أيلول|شتنبر أكتوبر|اكتوبر|تشرين_الأول نوفمبر|تشرين_الثاني|نونبر ديسمبر|كانون_الأول|دجنبر",
    "fa": "ژانویه|جنوری فوریه|فبروری مارس|مارچ آوریل|آپریل|اپریل مه|می|مي ژوئن|جون ژوئیه|جولای|جولای|ژوییه اوت|آگوست|اگست سپتامبر|سپتمبر اکتبر|اکتوبر نوامبر|نومبر دسامبر|دسمبر",
    "ur": "جنوری فروری مارچ اپریل|اپريل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "hi": "जनवरी|जन फरवरी|फर मार्च अप्रैल|अप्रै मई जून|जुन जुलाई|जुला अगस्त|अग सितंबर|सितम्बर|सित अक्टूबर|अक्तूबर|अक्टू नवंबर|नवम्बर|नव दिसंबर|दिसम्बर|दिस",
    "bn": "জানুয়ারি|জানুয়ারী ফেব্রুয়ারি|ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট|আগষ্ট|অগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "he": "ינו פבר מרץ|מרס אפר|אפריל מאי יונ יול אוג ספט אוק נוב דצמ",
    "sq": "jan shk mar pri maj qer|qershor korr|kor gush|gusht shta|sht tet nën|nën dhj",
    "ku": "çile|çileya_paşîn|rêbendan sibat|reşemî adar|adarê|adara|adra nîsan|nîsanê gulan|gulanê hezîran|hezîranê|pûşper tîrmeh|tîrmehê tebax|tebaxê|gelawêj îlon|îlonê|rezber cotmeh|cotmehê|kewçêr mijdar|mijdarê|sermawez kanûn|berfanbar|berçile|berfanbara",
    "ckb": "کانوونی_دووەم شوبات|شوبات ئازار|ئازار نیسان|نیسان ئایار|ئایار حوزەیران|حوزەیران تەمووز|تەممووز ئاب|ئاب ئەیلوول|ئەیلوول تشرینی_یەکەم تشرینی_دووەم کانوونی_یەکەم",
    "sr": "jan|јан feb|феб|febr mar|мар apr|апр maj|мај jun|јун jul|јул avg|авг sep|сеп|sept okt|окт nov|нов dec|дец",
    "hr": "sij velj ožu|ožuj tra|trav svi|svib lip srp kol rujn|ruj lis|list stu|stud pro|pros",
    "ca": "gen febr|feb març abr maig juny jul|juliol ag|ago|agost set|setembre oct nov des",
    "eu": "urt|urtarrilaren|urtarrilak ots|otsailaren|otsailak mar|martxoaren|martxoak api|apirilaren|apirilak mai|maiatzaren|maiatzak eka|ekainaren|ekainak uzt|uztailaren|uztailak abu|abuztuaren|abuztuak ira|irailaren|irailak urr|urriaren|urriak aza|azaroaren|azaroak abe|abenduaren|abenduak",
    "la": "januarii|ianuarii februarii martii aprilis maii junii|iunii julii|iulii augusti septembris octobris novembris decembris",
    "hy": "հնվ|հունվար փտվ|փետրվար մրտ|մարտ ապր|ապրիլ մյս|մայիս հնս|հունիս հլս|հուլիս օգս|օգոստոս սեպ|սեպտեմբեր հոկ|հոկտեմբեր նոյ|նոյեմբեր դեկ|դեկտեմբեր",
    "ka": "იან თებ მარ აპრ მაი ივნ ივლ აგვ სექ ოქტ ნოე დეკ",
    "pa": "ਜਨਵਰੀ ਫਰਵਰੀ|ਫ਼ਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ",
    "th": "มค|ม.ค กพ|ก.พ มีค|มี.ค เมย|เม.ย พค|พ.ค มิย|มิ.ย กค|ก.ค สค|ส.ค กย|ก.ย ตค|ต.ค พย|พ.ย ธค|ธ.ค",
    "vi": "tháng_một|tháng_giêng tháng_hai tháng_ba tháng_tư|tháng_bốn tháng_năm tháng_sáu tháng_bảy tháng_tám tháng_chín tháng_mười tháng_mười_một tháng_mười_hai|tháng_chạp",
}

# Weekdays, Monday first.
EXTRA_WEEKDAYS = {
    "en": "mon tue|tues wed|weds thu|thur|thurs fri sat sun",
    "de": "mo di mi do fr sa|sonnabend so",
    "fr": "lun mar mer jeu ven sam dim", "es": "lun mar mié jue vie sáb dom", "pt": "segunda|seg terça|ter quarta|qua quinta|qui sexta|sex sábado|sab domingo|dom",
    "it": "lun mar mer gio ven sab dom", "nl": "ma di wo do vr za zo", "tr": "pzt sal|salı çar|çrş per|prş cum|cuma cmt paz",
    "ru": "пн вт ср чт пт сб вс", "uk": "пн вт ср чт пт сб нд", "bg": "пн вт ср чт пт сб нд", "pl": "pon|pn wt śr czw|cz pt sob|so niedz|nd|ndz",
    "ar": "الإثنين|الاثنين|اثنين الثلاثاء|ثلاثاء الأربعاء|اربعاء الخميس|خميس الجمعة|جمعة السبت|سبت الأحد|احد",
    "fa": "دوشنبه|دو_شنبه سه_شنبه|سه‌شنبه چهارشنبه|چهار_شنبه پنجشنبه|پنج_شنبه|پنج‌شنبه جمعه شنبه یکشنبه|یک_شنبه",
    "ur": "پیر|سوموار منگل بدھ جمعرات جمعہ ہفتہ|سنیچر اتوار",
    "hi": "सोमवार मंगलवार बुधवार गुरुवार|बृहस्पतिवार शुक्रवार शनिवार रविवार|इतवार",
    "he": "יום_שני|שני יום_שלישי|שלישי יום_רביעי|רביעי יום_חמישי|חמישי יום_שישי|שישי שבת|יום_שבת יום_ראשון|ראשון",
    "ja": "月曜日|月曜|月 火曜日|火曜|火 水曜日|水曜|水 木曜日|木曜|木 金曜日|金曜|金 土曜日|土曜|土 日曜日|日曜|日",
    "zh": "星期一|周一|週一|禮拜一 星期二|周二|週二 星期三|周三|週三 星期四|周四|週四 星期五|周五|週五 星期六|周六|週六 星期日|星期天|周日|週日|禮拜日",
    "ko": "월요일|월 화요일|화 수요일|수 목요일|목 금요일|금 토요일|토 일요일|일",
    "el": "δευ τρι τετ πεμ παρ σαβ κυρ", "id": "senin selasa rabu kamis jumat|jum_at sabtu minggu|ahad",
    "sr": "pon|понедељак|ponedeljak uto|utorak sre|sreda|среда čet|četvrtak pet|petak sub|subota ned|nedelja|nedjelja",
    "fi": "maanantaina|ma tiistaina|ti keskiviikkona|ke torstaina|to perjantaina|pe lauantaina|la sunnuntaina|su",
    "et": "esmaspäeval|e teisipäeval|t kolmapäeval|k neljapäeval|n reedel|r laupäeval|l pühapäeval|p",
    "hu": "hétfő|hétfőn kedd|kedden szerda|szerdán csütörtök|csütörtökön péntek|pénteken szombat|szombaton vasárnap|vasárnap",
    "cs": "po|pondělí út|úterý st|středa čt|čtvrtek pá|pátek so|sobota ne|neděle",
}

# Words for the halves of the day besides CLDR's: forenoon, afternoon.
EXTRA_HALVES = {
    1: "am|a m|오전|上午|午前|凌晨|早上|πμ|π μ|ص|صباحا|ق ظ|öö|pg".split("|"),
    2: "pm|p m|오후|下午|午後|晚上|μμ|μ μ|م|مساء|ب ظ|ös|ptg|mlm".split("|"),
}
# CLDR's Vietnamese `SA`, `CH` and the like are weekdays or words elsewhere.
NO_HALVES = {"em", "ap", "ip", "sa", "ch", "de", "du", "an", "in", "na", "zur", "ya", "le"}

DROP = set(range(0x300, 0x370)) | set(range(0x591, 0x5C8)) | set(range(0x64B, 0x660)) | {
    0x670, 0x640, 0x93C, 0x9BC, 0xA3C, 0x200B, 0x200C, 0x200D, 0x2019, 0x2018, 0x27, 0x60, 0xB4, 0x2BC, 0x2BB, 0x2B9, 0x5F3, 0xAD}
OWN = {"ı": "i", "ς": "σ", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "a", "ə": "e", "ħ": "h",
       "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ە": "ه", "ۀ": "ه", "ہ": "ه", "ؤ": "و", "ئ": "ي",
       "क़": "क", "ख़": "ख", "ग़": "ग", "ज़": "ज", "ड़": "ड", "ढ़": "ढ", "फ़": "फ", "य़": "य", "ড়": "ড", "ঢ়": "ঢ", "য়": "য", "ਫ਼": "ਫ", "ਸ਼": "ਸ"}
OWN = {unicodedata.normalize("NFC", k) if len(k) == 1 else k: v for k, v in OWN.items()}
# Precomposed nukta letters (excluded from NFC composition, hence written by number).
for composed, base in {0x958: "क", 0x959: "ख", 0x95A: "ग", 0x95B: "ज", 0x95C: "ड", 0x95D: "ढ", 0x95E: "फ", 0x95F: "य",
                       0x9DC: "ড", 0x9DD: "ঢ", 0x9DF: "য", 0xA33: "ਲ", 0xA36: "ਸ", 0xA5E: "ਫ"}.items():
    OWN[chr(composed)] = base
OWN = {k: v for k, v in OWN.items() if len(k) == 1}
FOLD = dict(OWN)
for block in (range(0xC0, 0x250), range(0x370, 0x530), range(0x1E00, 0x2000)):
    for point in block:
        char = chr(point)
        if char.lower() != char or len(char.lower()) != 1:
            continue
        base = "".join(c for c in unicodedata.normalize("NFD", char) if ord(c) not in DROP)
        if len(base) == 1 and base != char:
            FOLD[char] = OWN.get(base, base)


def fold(word):
    out = []
    for char in word:
        for low in char.lower():
            if ord(low) not in DROP:
                out.append(FOLD.get(low, low))
    return "".join(out)


def is_separator(char):
    point = ord(char)
    if point < 128:
        return not (char.isalpha() or char in "'_`")
    return char.isspace() or (0x2000 <= point <= 0x206F and char not in "\u2018\u2019\u200b\u200c\u200d") or 0x3000 <= point <= 0x303F and char != "〇" or char in "،؛।"


def key(name):
    """The look-up key: folded words joined by one blank."""
    words = "".join(" " if is_separator(c) else c for c in name).split()
    return " ".join(filter(None, map(fold, words)))


def usable(text):
    if not text:
        return False
    if len(text) == 1 and (ord(text) < 0x2E80):
        return False
    return len(text.encode()) <= 60


def collect(kind, extra):
    """{key: {value: set of language numbers}}"""
    table = {}

    def add(name, value, language):
        if any(c.isdigit() for c in name):
            return
        k = key(name)
        if usable(k):
            table.setdefault(k, {}).setdefault(value, set()).add(CODES.index(language))

    for language, locales in LANGUAGES.items():
        for code in locales.split():
            try:
                locale = Locale.parse(code)
            except UnknownLocaleError:
                print(f"no locale {code}", file=sys.stderr)
                continue
            for context in ("format", "stand-alone"):
                for width in ("wide", "abbreviated"):
                    names = (locale.months if kind == "months" else locale.days)[context][width]
                    for number, name in names.items():
                        # babel counts weekdays from Monday = 0; the table counts both from 1.
                        value = number if kind == "months" else number + 1
                        add(name, value, language)
                        if language == "he":
                            add("ב" + name, value, language)
                        if language == "ckb":
                            add(name + "ی", value, language)
                        if language == "mn" and name.endswith("сар"):
                            add(name + "ын", value, language)
                        if language == "mn" and kind == "days":
                            add(name + " гараг", value, language)
                        if language == "th" and kind == "days":
                            add(name + "ที่", value, language)
    for language, cells in extra.items():
        if language not in CODES:
            raise SystemExit(language)
        cells = cells.split(" ")
        if len(cells) != (12 if kind == "months" else 7):
            raise SystemExit(f"{language}: {len(cells)} cells")
        for number, cell in enumerate(cells, 1):
            for name in cell.split("|"):
                add(name.replace("_", " "), number, language)
                if language == "he":
                    add("ב" + name.replace("_", " "), number, language)
    return table


CODES = sorted(set(LANGUAGES) | set(EXTRA_MONTHS) | set(EXTRA_WEEKDAYS))
if len(CODES) > 128:
    raise SystemExit("language sets are 128 bits wide")

months = collect("months", EXTRA_MONTHS)
weekdays = collect("days", EXTRA_WEEKDAYS)
sets = {}


def rows(table):
    out = []
    for k in sorted(table, key=lambda k: k.encode()):
        for value, languages in sorted(table[k].items()):
            mask = sum(1 << n for n in languages)
            out.append((k, value, sets.setdefault(mask, len(sets))))
    return out


month_rows, weekday_rows = rows(months), rows(weekdays)


def halves():
    """{key: 1 for the forenoon, 2 for the afternoon}, without those that mean both or a day."""
    table = {key(name): {value} for value, names in EXTRA_HALVES.items() for name in names}
    for language, locales in LANGUAGES.items():
        for code in locales.split():
            try:
                periods = Locale.parse(code).day_periods
            except UnknownLocaleError:
                continue
            for widths in periods.values():
                for width in ("wide", "abbreviated"):
                    for value, period in ((1, "am"), (2, "pm")):
                        k = key(widths.get(width, {}).get(period, ""))
                        if usable(k) and k not in NO_HALVES and k not in months and k not in weekdays:
                            table.setdefault(k, set()).add(value)
    return [(k, min(v), 0) for k, v in sorted(table.items(), key=lambda row: row[0].encode()) if len(v) == 1]


half_rows = halves()


def pack(cells, width=150):
    lines, line = [], "   "
    for cell in cells:
        if len(line) + len(cell) + 2 > width:
            lines.append(line)
            line = "   "
        line += f" {cell},"
    lines.append(line)
    return "\n".join(lines)


def literal(text):
    return '"' + text + '"'


def rust_char(char):
    return f"'\\u{{{ord(char):x}}}'"


print(f"""//! Month and weekday names in {len(CODES)} languages, and the letter table that folds them.
//!
//! Generated by `tools/generate_month_names.py` with babel {babel.__version__} (CLDR {get_cldr_version()}) and the hand-made
//! spellings in that script; do not edit. Names (format and stand-alone, wide and abbreviated) are folded by
//! [`super::fold::fold_char`], their words joined by one blank. A name that means two months has two rows.

/// Language codes; the position of a code is its bit in [`LANGUAGE_SETS`].
#[rustfmt::skip]
pub(super) static LANGUAGES: [&str; {len(CODES)}] = [
{pack(literal(c) for c in CODES)}
];

/// Sets of languages, as bits over [`LANGUAGES`]; name rows point into it.
#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "bit sets")]
pub(super) static LANGUAGE_SETS: [u128; {len(sets)}] = [
{pack(hex(m) for m in sets)}
];

/// Lower-case letters with diacritics (or variant forms) and the letter that stands for them, sorted.
#[rustfmt::skip]
pub(super) static FOLDED_LETTERS: [(char, char); {len(FOLD)}] = [
{pack(f"({rust_char(k)}, {rust_char(FOLD[k])})" for k in sorted(FOLD))}
];

/// Folded month name, month (1 to 12), index into [`LANGUAGE_SETS`]; sorted by the bytes of the name.
#[rustfmt::skip]
pub(super) static MONTH_NAMES: [(&str, u8, u16); {len(month_rows)}] = [
{pack(f"({literal(k)}, {v}, {s})" for k, v, s in month_rows)}
];

/// Folded weekday name, weekday (1 = Monday to 7 = Sunday), index into [`LANGUAGE_SETS`]; sorted by the bytes of the name.
#[rustfmt::skip]
pub(super) static WEEKDAY_NAMES: [(&str, u8, u16); {len(weekday_rows)}] = [
{pack(f"({literal(k)}, {v}, {s})" for k, v, s in weekday_rows)}
];

/// Folded word for a half of the day, 1 = before noon or 2 = after noon, 0 (unused); sorted by the bytes of the word.
#[rustfmt::skip]
pub(super) static DAY_HALVES: [(&str, u8, u16); {len(half_rows)}] = [
{pack(f"({literal(k)}, {v}, {s})" for k, v, s in half_rows)}
];""")

for k, v in months.items():
    if len(v) > 1:
        print("ambiguous", k, {m: [CODES[i] for i in ls] for m, ls in v.items()}, file=sys.stderr)
for k in weekdays:
    if len(weekdays[k]) > 1:
        print("ambiguous weekday", k, {m: [CODES[i] for i in ls] for m, ls in weekdays[k].items()}, file=sys.stderr)
print(len(CODES), "languages", len(month_rows), len(weekday_rows), len(sets), len(FOLD), file=sys.stderr)
