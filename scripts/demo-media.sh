#!/usr/bin/env bash
# Makes the media of the demo school: short narrated slide videos. Everything is
# drawn and spoken here, by ffmpeg and espeak-ng, from the texts below; nothing is
# taken from elsewhere. The results are committed in demo/media (≤ 5 MB in all; recordings with what is said in them as WebVTT).
# Needs: ffmpeg, espeak-ng, fonts-noto-cjk.
set -euo pipefail
cd "$(dirname "$0")/.."
out=demo/media
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
font=$(fc-match -f '%{file}' 'Noto Serif CJK SC:bold')
sans=$(fc-match -f '%{file}' 'Noto Sans CJK SC')

# slide NAME N GROUND INK TITLE LINE SPEECH: one still picture with its narration
slide() {
  local name=$1 n=$2 ground=$3 ink=$4 title=$5 line=$6 speech=$7
  printf '%s' "$title" >"$work/t"; printf '%s' "$line" >"$work/l"; printf '知舟演示课 · 第 %s 页' "$n" >"$work/f"
  espeak-ng -v cmn -s 165 -p 42 -w "$work/$name-$n.wav" "$speech"
  ffmpeg -v error -y -f lavfi -i "color=c=$ground:s=1280x720:r=12" -i "$work/$name-$n.wav" \
    -vf "drawbox=x=96:y=150:w=10:h=132:color=$ink:t=fill,drawtext=fontfile=$font:textfile=$work/t:fontsize=64:fontcolor=$ink:x=136:y=160,drawtext=fontfile=$sans:textfile=$work/l:fontsize=36:line_spacing=22:fontcolor=0x33433d:x=136:y=330,drawtext=fontfile=$sans:textfile=$work/f:fontsize=22:fontcolor=0x7a867f:x=136:y=640,drawbox=x=0:y=712:w='iw*mod(t\,60)/60':h=8:color=$ink@0.5:t=fill" \
    -af "apad=pad_dur=0.9,aresample=44100,lowpass=f=7000" -shortest -c:v libx264 -preset slow -crf 32 -pix_fmt yuv420p -g 60 \
    -c:a aac -b:a 40k -ac 1 "$work/$name-$n.mp4"
  echo "file '$work/$name-$n.mp4'" >>"$work/$name.txt"
}
join() { ffmpeg -v error -y -f concat -safe 0 -i "$work/$1.txt" -c copy -movflags +faststart "$out/$1.mp4"; }

p=0xFBF7F0 g=0x1F6F5C a=0xB3470F
slide lesson1 1 $p $g '读者只给你七秒钟' $'一封邮件打开之后，\n七秒钟里只够看完第一句话。' '大家好，这一课讲一个事实：读者只给你七秒钟。一封邮件打开之后，七秒钟里，只够看完第一句话。'
slide lesson1 2 $p $g '第一句放什么' $'放结论：建议怎么做。\n不放背景：事情是怎么来的。' '所以第一句要放结论，也就是建议怎么做。不要放背景。背景是写的人需要的，结论才是读的人需要的。'
slide lesson1 3 $p $g '一个例子' $'「关于周会时间的说明」\n→「建议周会改到周四上午十点」' '看一个例子。关于周会时间的说明，读的人不知道你要什么。改成，建议周会改到周四上午十点，他马上可以回答，行，或者不行。'
slide lesson1 4 $p $a '现在试一试' $'找出你昨天发的一封邮件，\n把最后一句挪到第一句。' '现在试一试。找出你昨天发的一封邮件，把最后一句挪到第一句，再读一遍。多数时候，它就已经好了一半。'
join lesson1
slide lesson2 1 $p $g '先说结论，再说理由' $'结论是把选择权还给读的人，\n理由是让他放心的部分。' '第二课，先说结论，再说理由。先说结论，是把选择权还给读的人。理由不是多余的，理由是让他放心的部分。'
slide lesson2 2 $p $g '三种理由' $'事实：发生了什么\n比较：和别的做法差在哪里\n后果：不做会怎样' '理由有三种。第一种是事实，发生了什么。第二种是比较，和别的做法差在哪里。第三种是后果，不做会怎样。'
slide lesson2 3 $p $g '坏消息也放在第一句' $'紧跟一句：我准备怎么办。\n读的人怕的是没有下一步。' '坏消息也要放在第一句，但是紧跟一句，我准备怎么办。读的人怕的不是坏消息，是没有下一步。'
join lesson2
slide lesson3 1 $p $g '一句话只说一件事' $'句子里有两个「并且」，\n就把它拆成两句。' '第三课，一句话只说一件事。检查的办法很简单，句子里有两个并且，就把它拆成两句。'
slide lesson3 2 $p $a '改写练习' $'把一段二百字的说明，\n改成三句话：要什么、为什么、何时要。' '最后是改写练习。把一段二百字的说明，改成三句话，要什么，为什么，什么时候要。写完读给旁边的人听，他能复述，就算写清楚了。'
join lesson3
# tell NAME LINE...: a recording with a subtitle file that says when each line is spoken
tell() {
  local name=$1 at=0 n=0 line wav ms; shift
  printf 'WEBVTT\n' >"$out/$name.vtt"
  for line; do
    n=$((n + 1)) wav=$work/$name-$n.wav
    espeak-ng -v cmn -s 160 -p 40 -w "$work/raw.wav" "$line"
    ffmpeg -v error -y -i "$work/raw.wav" -af "aresample=24000,lowpass=f=7000,apad=pad_dur=0.7" -ac 1 "$wav"
    ms=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$wav" | awk '{printf "%d", $1 * 1000}')
    printf '\n%s --> %s\n%s\n' "$(stamp "$at")" "$(stamp $((at + ms - 500)))" "$line" >>"$out/$name.vtt"
    echo "file '$wav'" >>"$work/$name.txt"
    at=$((at + ms))
  done
  ffmpeg -v error -y -f concat -safe 0 -i "$work/$name.txt" -c:a libopus -b:a 12k -application voip -ac 1 "$out/$name.ogg"
}
stamp() { printf '%02d:%02d.%03d' $(($1 / 60000)) $(($1 / 1000 % 60)) $(($1 % 1000)); }
# titles NAME: when each sentence of a slide video is spoken, from the lengths of its slides
titles() {
  local name=$1 at=0 n ms total words part; shift
  printf 'WEBVTT\n' >"$out/$name.vtt"
  n=0
  for speech; do
    n=$((n + 1))
    ms=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$work/$name-$n.mp4" | awk '{printf "%d", $1 * 1000}')
    total=${#speech} words=0
    while IFS= read -r part; do
      [[ -n $part ]] || continue
      printf '\n%s --> %s\n%s\n' "$(stamp $((at + (ms - 900) * words / total)))" "$(stamp $((at + (ms - 900) * (words + ${#part}) / total)))" "$part" >>"$out/$name.vtt"
      words=$((words + ${#part}))
    done < <(sed 's/。/。\n/g' <<<"$speech")
    at=$((at + ms))
  done
}
titles lesson1 '大家好，这一课讲一个事实：读者只给你七秒钟。一封邮件打开之后，七秒钟里，只够看完第一句话。' '所以第一句要放结论，也就是建议怎么做。不要放背景。背景是写的人需要的，结论才是读的人需要的。' '看一个例子。关于周会时间的说明，读的人不知道你要什么。改成，建议周会改到周四上午十点，他马上可以回答，行，或者不行。' '现在试一试。找出你昨天发的一封邮件，把最后一句挪到第一句，再读一遍。多数时候，它就已经好了一半。'
tell listen1 '这是路上听的第一段，讲怎么在开口之前，把一件事想清楚。' '先问自己一个问题：如果只能说一句话，我要说哪一句？' '这一句就是结论。它应当能让对方做一件事，或者放弃一件事。' '再问第二个问题：对方听完，最可能反问什么？' '把这个反问的答案，放在第二句。' '比如你想请两天假。第一句是，我想请周四周五两天假。' '对方最可能问的是，手上的事怎么办。' '所以第二句是，方案周三交，周四的会小林替我去。' '没有这两句，前面铺垫得再长，对方也在等。' '下车之前，想一件今天要说的事，把这两句默念一遍。'
tell listen2 '这是第二段，讲听别人说话的时候，怎么不走神。' '办法是替他记三样东西：他要什么，他怕什么，什么时候要。' '听到要什么，就在心里重复一遍，用自己的话。' '听到怕什么，先别劝，劝会让人闭嘴。' '没有听到什么时候要，就等他说完，只问这一句。' '三样都有了，你说，我理解是这样，对吗？' '对方说对，这次谈话就值了。' '对方说不对，你也只损失了十秒钟。'
ls -l "$out"; du -sh "$out"
