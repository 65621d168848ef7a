/** A spot as its screen shows it, small. */
import type { Slide } from "../../api/codes";
import { useWords } from "../../i18n/language";
import { QrImage } from "../../parts/Qr";

export function SlideView({ slide, base }: { slide: Slide; base: string }) {
  const { language } = useWords();
  const said = (texts: Slide["title"]) => (language === "en" ? texts.en || texts.zh : texts.zh || texts.en) ?? "";
  const [title, text] = [said(slide.title), said(slide.text)];
  return (
    <figure className="slide" style={{ background: slide.colour }} aria-label={`${slide.spot}: ${title} ${text}`}>
      {slide.image && <img className="back" src={slide.image} alt="" loading="lazy" />}
      <div className="slide-words">
        {title && <strong>{title}</strong>}
        {text && <span>{text}</span>}
      </div>
      {slide.link && <QrImage text={`${base}/q/${slide.link}`} />}
    </figure>
  );
}
