package media
import ("testing";"context";"time";"os/exec";"os";"path/filepath";"zhizhou/internal/db";"zhizhou/internal/testkit")
func TestT8(t *testing.T){ d,_:=db.Open(context.Background(),testkit.DSN(t,db.SQLite)); defer d.Close(); r:=newRig(t,d); r.Service.lim.SegmentMS=6000
 raw:=film(t,"a.mp4",append(append(picture("1280x720",30),sound(30)...),"-preset","ultrafast")...)
 p:=filepath.Join(t.TempDir(),"a.mp4"); os.WriteFile(p,raw,0o600)
 src,_:=r.Probe(context.Background(),p)
 for range 3 {
 b:=time.Now(); for _,ru:=range ladder(src){ dir:=t.TempDir(); args:=r.input(p); args=append(args,"-sn","-dn"); if ru.Width>0{args=append(args,"-map","0:V:0")}; if ru.AudioKbs>0 {args=append(args,"-map","0:a:0")}; args=append(args,r.videoArgs(src,ru)...); args=append(args,"-c:a","aac","-ac","2","-ar","48000","-f","hls","-hls_time","6","-hls_list_size","0","-hls_playlist_type","vod","list.m3u8"); c:=exec.Command("ffmpeg",args...); c.Dir=dir; if o,err:=c.CombinedOutput();err!=nil{t.Fatal(string(o))} }
 hand:=time.Since(b)
 id:=r.upload(t,raw); b=time.Now(); if err:=r.transcodeJob(context.Background(),Transcode{AssetID:id});err!=nil{t.Fatal(err)}; mine:=time.Since(b)
 t.Logf("hand %s, job %s (with poster, sprite, encryption, probes): %.2f",hand,mine,hand.Seconds()/mine.Seconds()) }
}
